{{/*
The pod of one process. Takes root, name (of its container), process (command, args, env, resources:
the chart's where they are not given), listens (ports and probes), restart (for Jobs) and selector.
*/}}
{{- define "app.podSpec" -}}
{{- $values := .root.Values }}
{{- $env := merge dict (.process.env | default dict) $values.env }}
serviceAccountName: {{ .account | default (include "app.serviceAccountName" .root) }}
automountServiceAccountToken: false
enableServiceLinks: false
shareProcessNamespace: {{ $values.shareProcessNamespace }}
{{- with .restart }}
restartPolicy: {{ . }}
{{- end }}
{{- with $values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- toYaml $values.podSecurityContext | nindent 2 }}
terminationGracePeriodSeconds: {{ $values.terminationGracePeriodSeconds }}
containers:
  - name: {{ .name }}
    image: {{ include "app.image" .root | quote }}
    imagePullPolicy: {{ $values.image.pullPolicy }}
    {{- with .process.command }}
    command:
      {{- toYaml (ternary . (concat $values.commandPrefix .) (not (empty $.restart))) | nindent 6 }}
    {{- end }}
    {{- with .process.args }}
    args:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- with $env }}
    env:
      {{- range $name, $value := . }}
      - name: {{ $name }}
        value: {{ $value | quote }}
      {{- end }}
    {{- end }}
    {{- with $values.envFrom }}
    envFrom:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- if and .listens $values.ports }}
    ports:
      {{- range $values.ports }}
      - name: {{ .name }}
        containerPort: {{ .containerPort }}
        protocol: TCP
      {{- end }}
    {{- if $values.probes.enabled }}
    {{- with $values.probes.startup }}
    startupProbe:
      {{- include "app.probe" (dict "probes" $values.probes "settings" .) | trim | nindent 6 }}
    {{- end }}
    readinessProbe:
      {{- include "app.probe" (dict "probes" $values.probes "settings" $values.probes.readiness) | trim | nindent 6 }}
    {{- with $values.probes.liveness }}
    livenessProbe:
      {{- include "app.probe" (dict "probes" $values.probes "settings" .) | trim | nindent 6 }}
    {{- end }}
    {{- end }}
    {{- with $values.preStopSleepSeconds }}
    lifecycle:
      preStop:
        sleep:
          seconds: {{ . }}
    {{- end }}
    {{- end }}
    resources:
      {{- toYaml (.process.resources | default $values.resources) | nindent 6 }}
    securityContext:
      {{- toYaml $values.securityContext | nindent 6 }}
    {{- with $values.writableFolders }}
    volumeMounts:
      {{- range $index, $folder := . }}
      - name: writable-{{ $index }}
        mountPath: {{ $folder }}
      {{- end }}
    {{- end }}
{{- with $values.writableFolders }}
volumes:
  {{- range $index, $folder := . }}
  - name: writable-{{ $index }}
    emptyDir: {}
  {{- end }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .selector }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- . | nindent 8 }}
{{- end }}
{{- end }}

{{/* The metadata of a pod: labels (of its objects) and what is for pods only. Takes root, labels. */}}
{{- define "app.podMetadata" -}}
labels:
  {{- .labels | nindent 2 }}
  {{- with .root.Values.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .root.Values.podAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
