{{/* What the pods of all components have in common; each is given as (list . "feedback-api" .Values.feedbackApi). */}}

{{- define "soundings.metadata" -}}
{{- $root := index . 0 -}}
{{- $values := index . 2 -}}
labels:
  {{- include "soundings.labels" $root | nindent 2 }}
  {{- include "soundings.selector" . | nindent 2 }}
annotations:
  soundings/settings: {{ include (print $root.Template.BasePath "/settings.yaml") $root | sha256sum }}
  {{- with $values.podAnnotations }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{- define "soundings.podSpec" -}}
{{- $root := index . 0 -}}
{{- $values := index . 2 -}}
serviceAccountName: {{ include "soundings.serviceAccount" $root }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with $root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
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
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "soundings.selector" . | nindent 8 }}
{{- end }}

{{- define "soundings.container" -}}
{{- $root := index . 0 -}}
{{- $values := index . 2 -}}
name: {{ index . 1 }}
image: {{ include "soundings.image" . }}
imagePullPolicy: {{ $root.Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
ports:
  - name: http
    containerPort: {{ $values.service.port }}
  - name: metrics
    containerPort: {{ $values.service.metricsPort }}
# Migrations, and reading what the catalogue says, come before the first answer.
startupProbe:
  httpGet: {path: /livez, port: http}
  periodSeconds: 2
  timeoutSeconds: 5
  failureThreshold: 150
livenessProbe:
  httpGet: {path: /livez, port: http}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: {path: /readyz, port: http}
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 2
resources:
  {{- toYaml $values.resources | nindent 2 }}
envFrom:
  - configMapRef:
      name: {{ include "soundings.fullname" $root }}-settings
{{- end }}

{{/* Environment of a container that comes before its own. */}}
{{- define "soundings.environment" -}}
{{- $root := index . 0 -}}
{{- $values := index . 2 -}}
- {name: SOUNDINGS_HOST, value: "0.0.0.0"}
- {name: SOUNDINGS_PORT, value: {{ $values.service.port | quote }}}
# Who may read it is the network policy's to say.
- {name: SOUNDINGS_METRICS_HOST, value: "0.0.0.0"}
- {name: SOUNDINGS_METRICS_PORT, value: {{ $values.service.metricsPort | quote }}}
{{- with $root.Values.log.existingSecret }}
- name: SOUNDINGS_KAFKA_USERNAME
  valueFrom: {secretKeyRef: {name: {{ . }}, key: username}}
- name: SOUNDINGS_KAFKA_PASSWORD
  valueFrom: {secretKeyRef: {name: {{ . }}, key: password}}
{{- end }}
{{- with $root.Values.traces.endpoint }}
- {name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ . | quote }}}
{{- end }}
{{- with $values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "soundings.mounts" -}}
- {name: tmp, mountPath: /tmp}
{{- if .Values.tokens.jwksConfigMap }}
- {name: jwks, mountPath: /run/soundings/jwks, readOnly: true}
{{- end }}
{{- if .Values.log.filesSecret }}
- {name: kafka, mountPath: /run/soundings/kafka, readOnly: true}
{{- end }}
{{- end }}

{{- define "soundings.volumes" -}}
- name: tmp
  emptyDir: {sizeLimit: 64Mi}
{{- with .Values.tokens.jwksConfigMap }}
- name: jwks
  configMap: {name: {{ . }}}
{{- end }}
{{- with .Values.log.filesSecret }}
- name: kafka
  secret: {secretName: {{ . }}, defaultMode: 0440}
{{- end }}
{{- end }}
