{{/* Values are read one by one, by name. List and watch are for metadata only, but RBAC cannot say that; `config.secrets.watch: false` goes without. */}}
{{- define "pam-operator.secretVerbs" -}}
{{- $secrets := default dict (default dict .Values.config).secrets -}}
{{- if and (hasKey $secrets "watch") (not $secrets.watch) }}[get]{{ else }}[get, list, watch]{{ end }}
{{- end }}

{{/* What is needed in every namespace whose resources are reconciled. */}}
{{- define "pam-operator.resourceRules" -}}
# Patch is for finalizers, where a resource has `deletionPolicy: Disable`. The operator never writes `spec`.
- apiGroups: [pam-operator.io]
  resources: [pamcredentials, pamsshkeys]
  verbs: [get, list, watch, patch]
- apiGroups: [pam-operator.io]
  resources: [pamcredentials/status, pamsshkeys/status]
  verbs: [patch]
- apiGroups: [""]
  resources: [secrets]
  verbs: {{ include "pam-operator.secretVerbs" . }}
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end }}

{{/* PamConnections are cluster-wide in every mode. */}}
{{- define "pam-operator.connectionRules" -}}
- apiGroups: [pam-operator.io]
  resources: [pamconnections]
  verbs: [get, list, watch, patch]
- apiGroups: [pam-operator.io]
  resources: [pamconnections/status]
  verbs: [patch]
# Only for grants that select namespaces by label.
- apiGroups: [""]
  resources: [namespaces]
  verbs: [list, watch]
{{- end }}

{{- define "pam-operator.subject" -}}
- kind: ServiceAccount
  name: {{ include "pam-operator.serviceAccountName" . }}
  namespace: {{ .Release.Namespace }}
{{- end }}
