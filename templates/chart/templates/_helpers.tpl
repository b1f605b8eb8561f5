{{/* The name of every object: the release's. */}}
{{- define "app.name" -}}
{{- .Release.Name | trunc 53 | trimSuffix "-" -}}
{{- end }}

{{/* What Service, Deployment and budget find their pods by. It never changes. */}}
{{- define "app.selectorLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* The labels of every object. */}}
{{- define "app.labels" -}}
{{ include "app.selectorLabels" . }}
{{ include "app.commonLabels" . }}
{{- end }}

{{/*
What a further process is found by: a name of its own, so that the Service does not lead to it.
Takes root and process (its name), as app.processLabels does.
*/}}
{{- define "app.processSelectorLabels" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}-{{ .process }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{/* The labels of a further process's objects. */}}
{{- define "app.processLabels" -}}
{{ include "app.processSelectorLabels" . }}
app.kubernetes.io/component: {{ .process }}
{{ include "app.commonLabels" .root }}
{{- end }}

{{- define "app.commonLabels" -}}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "app.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (include "app.name" .) -}}
{{- end }}

{{/* repository@digest where there is a digest, else repository:tag. */}}
{{- define "app.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end }}

{{/* One probe: over HTTP where a path is known, else whether the port is open. */}}
{{- define "app.probe" -}}
{{- if .probes.path }}
httpGet:
  path: {{ .probes.path | quote }}
  port: {{ .probes.port }}
{{- else }}
tcpSocket:
  port: {{ .probes.port }}
{{- end }}
{{ toYaml .settings }}
{{- end }}
