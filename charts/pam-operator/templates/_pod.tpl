{{/* `restricted` Pod security, for every container of the chart. OpenShift gives the user itself. */}}
{{- define "pam-operator.podSecurityContext" -}}
{{- $context := .Values.podSecurityContext }}
{{- if .Capabilities.APIVersions.Has "security.openshift.io/v1" }}{{ $context = omit $context "runAsUser" "runAsGroup" "fsGroup" }}{{ end }}
{{- toYaml $context }}
{{- end }}

{{/* The container's environment. A variable of extraEnv takes the place of ours: two of one name are an error under server-side apply. */}}
{{- define "pam-operator.env" -}}
{{- $env := list
  (dict "name" "POD_NAME" "valueFrom" (dict "fieldRef" (dict "fieldPath" "metadata.name")))
  (dict "name" "POD_NAMESPACE" "valueFrom" (dict "fieldRef" (dict "fieldPath" "metadata.namespace")))
  (dict "name" "PAM_OPERATOR_LEADER_ELECTION_ID" "value" (include "pam-operator.fullname" .))
-}}
{{- if .Values.watchNamespaces }}
{{- $env = append $env (dict "name" "WATCH_NAMESPACE" "value" (join "," .Values.watchNamespaces)) }}
{{- end }}
{{- $extra := dict }}
{{- range .Values.extraEnv }}{{ $_ := set $extra .name true }}{{ end }}
{{- $merged := list }}
{{- range $env }}{{ if not (hasKey $extra .name) }}{{ $merged = append $merged . }}{{ end }}{{ end }}
{{- toYaml (concat $merged .Values.extraEnv) }}
{{- end }}

{{/* The program's configuration file: docs/reference/settings.md. */}}
{{- define "pam-operator.config" -}}
{{- if .Values.config }}{{ toYaml .Values.config }}{{ end }}
{{- end }}
