{{- define "pam-operator.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* Name of the release's objects. At most 52 characters, so that every suffix below fits into 63. */}}
{{- define "pam-operator.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else if contains (include "pam-operator.name" .) .Release.Name }}
{{- .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "pam-operator.name" .) | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "pam-operator.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "pam-operator.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- required "serviceAccount.name must name an existing ServiceAccount where serviceAccount.create is false" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{/* The digest decides where there is one; the tag then only tells people. */}}
{{- define "pam-operator.image" -}}
{{- $image := .Values.image }}
{{- $repository := $image.repository }}
{{- if $image.registry }}{{ $repository = printf "%s/%s" (trimSuffix "/" $image.registry) $repository }}{{ end }}
{{- $tag := default .Chart.AppVersion $image.tag }}
{{- if $image.digest }}{{ printf "%s:%s@%s" $repository $tag $image.digest }}{{ else }}{{ printf "%s:%s" $repository $tag }}{{ end }}
{{- end }}
