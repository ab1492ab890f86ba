{{- define "soundings.fullname" -}}
{{- default (printf "%s-%s" .Release.Name .Chart.Name) .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- end }}

{{- define "soundings.serviceAccount" -}}
{{- default (include "soundings.fullname" .) .Values.serviceAccount.name }}
{{- end }}

{{/* What every object wears. */}}
{{- define "soundings.labels" -}}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: soundings
{{- end }}

{{/* What tells the pods of a component, given as (list . "feedback-api"). */}}
{{- define "soundings.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ $root.Chart.Name }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "soundings.image" -}}
{{- $root := index . 0 -}}
{{- $name := printf "%s%s" $root.Values.image.prefix (index . 1) -}}
{{- $values := index . 2 -}}
{{- if $values.digest }}{{ $name }}@{{ $values.digest }}
{{- else }}{{ $name }}:{{ default $root.Chart.AppVersion $root.Values.image.tag }}
{{- end }}
{{- end }}

{{/* Where browsers find feedback-api by the Ingress; nothing where they do not. */}}
{{- define "soundings.publicFeedbackUrl" -}}
{{- if and .Values.ingress.enabled .Values.ingress.public.host }}https://{{ .Values.ingress.public.host }}{{ end }}
{{- end }}

{{/* The names under which pods are asked: those of their Services, of the Ingress, and what else is set. */}}
{{- define "soundings.allowedHosts" -}}
{{- $root := . -}}
{{- $hosts := list -}}
{{- range list "feedback-api" "catalogue-api" "metrics-worker" -}}
{{- $name := printf "%s-%s" (include "soundings.fullname" $root) . -}}
{{- $inside := printf "%s.%s" $name $root.Release.Namespace -}}
{{- $hosts = concat $hosts (list $name $inside (printf "%s.svc" $inside) (printf "%s.svc.cluster.local" $inside)) -}}
{{- end -}}
{{- if .Values.ingress.enabled -}}
{{- range list "public" "senders" "officers" "catalogue" "metrics" -}}
{{- with (get $root.Values.ingress .).host -}}
{{- $hosts = append $hosts . -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- concat $hosts .Values.allowedHosts | uniq | join " " -}}
{{- end }}
