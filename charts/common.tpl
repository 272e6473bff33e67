{{/* Shared by all charts. The master is charts/common.tpl; `node scripts/charts.ts` copies it into every chart. */}}

{{/* Reference of an image: (dict "root" $ "image" .Values.images.x) */}}
{{- define "alga.image" -}}
{{- if not .image.tag }}{{ fail (printf "the image %s has no tag: name the version that is meant" .image.repository) }}{{ end }}
{{- if eq .image.tag "latest" }}{{ fail (printf "the tag of the image %s is \"latest\": name the version that is meant" .image.repository) }}{{ end }}
{{- with .root.Values.imageRegistryMirror }}{{ trimSuffix "/" . }}/{{ end -}}
{{ .image.repository }}:{{ .image.tag }}{{ with .image.digest }}@{{ . }}{{ end }}
{{- end }}

{{/* Selector labels of a workload: (dict "root" $ "name" "db") */}}
{{- define "alga.selector" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{/* All labels. They exclude the chart version, which changes with every Git commit and would restart the pods. */}}
{{- define "alga.labels" -}}
{{ include "alga.selector" . }}
app.kubernetes.io/part-of: alga-psa
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end }}

{{/* A Service of one port, "headless" or not: (dict "root" $ "name" "db" "object" .Values.database.host "portName" "postgres" "port" 5432).
"object" is the Service's own name, if it differs from the name in its selector. */}}
{{- define "alga.service" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ .object | default .name | quote }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "alga.labels" . | nindent 4 }}
spec:
  {{- if .headless }}
  clusterIP: None
  {{- end }}
  selector:
    {{- include "alga.selector" . | nindent 4 }}
  ports:
    - name: {{ .portName }}
      port: {{ .port }}
      targetPort: {{ .portName }}
{{- end }}

{{/* Probes of a program with only a known port: (dict "port" "grpc" "failures" 60), five seconds for each failure at start. */}}
{{- define "alga.tcpProbes" -}}
startupProbe:
  tcpSocket:
    port: {{ .port }}
  periodSeconds: 5
  failureThreshold: {{ .failures }}
readinessProbe:
  tcpSocket:
    port: {{ .port }}
  periodSeconds: 10
livenessProbe:
  tcpSocket:
    port: {{ .port }}
  periodSeconds: 30
  timeoutSeconds: 10
  failureThreshold: 5
{{- end }}

{{/* How every Deployment rolls out: one pod, and four hours until it counts as stuck. A slow image pull is not a failed rollout. */}}
{{- define "alga.rollout" -}}
replicas: 1
progressDeadlineSeconds: 14400
{{- end }}

{{/* Settings of every pod. Service links are off: a Service named temporal-ui would put TEMPORAL_UI_PORT=tcp://… into programs. */}}
{{- define "alga.pod" -}}
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* securityContext of a pod whose image is known to run as that user: (dict "user" 999 "group" 999) */}}
{{- define "alga.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ .user }}
runAsGroup: {{ .group }}
fsGroup: {{ .group }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{/* securityContext of a container: (dict "readOnlyRoot" true) */}}
{{- define "alga.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: {{ .readOnlyRoot }}
capabilities:
  drop: [ALL]
{{- end }}

{{/* One variable from a Secret: (dict "env" "DB_PASSWORD_SERVER" "secret" "db-credentials" "key" "DB_PASSWORD_SERVER") */}}
{{- define "alga.secretEnv" -}}
- name: {{ .env }}
  valueFrom:
    secretKeyRef:
      name: {{ .secret | quote }}
      key: {{ .key | quote }}
{{- end }}

{{/* An init container that waits for a TCP port, with a limit: (dict "root" $ "host" … "port" … "seconds" …) */}}
{{- define "alga.waitFor" -}}
- name: wait-for-{{ .host | splitList "." | first }}
  image: {{ include "alga.image" (dict "root" .root "image" .root.Values.images.busybox) }}
  imagePullPolicy: IfNotPresent
  command: [/bin/sh, -ec]
  args:
    - |
      # The first process of a container is deaf to a stop unless it listens.
      trap 'exit 143' TERM
      waited=0
      # Not nc -z: some builds of busybox do not know it.
      until timeout 5 nc -w 3 "$HOST" "$PORT" < /dev/null > /dev/null 2>&1; do
        if [ "$waited" -ge "$PATIENCE" ]; then
          echo "ERROR: gave up after $PATIENCE s waiting for $HOST:$PORT to take connections" | tee /dev/termination-log
          exit 1
        fi
        echo "waiting for $HOST:$PORT to take connections ($waited s of $PATIENCE s)"
        sleep 5 & wait $!
        waited=$((waited + 5))
      done
  env:
    - name: HOST
      value: {{ .host | quote }}
    - name: PORT
      value: {{ .port | quote }}
    - name: PATIENCE
      value: {{ .seconds | quote }}
  securityContext:
    {{- include "alga.containerSecurity" (dict "readOnlyRoot" true) | nindent 4 }}
    runAsNonRoot: true
    runAsUser: 65534
  resources:
    requests: {cpu: 5m, memory: 8Mi}
    limits: {cpu: 100m, memory: 32Mi}
{{- end }}

{{/*
Environment of a container: (dict "own" <entries, as text> "extra" .Values.extraEnv). Each name occurs once; "extra" wins.
*/}}
{{- define "alga.environment" -}}
{{- $extra := .extra }}
{{- range $entry := fromYamlArray .own }}
{{- if not (hasKey $extra $entry.name) }}
{{ toYaml (list $entry) }}
{{- end }}
{{- end }}
{{- range $name, $value := $extra }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}
