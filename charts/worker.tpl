{{/* The common template of workflow-worker, email-service and temporal-worker. The master is charts/worker.tpl; `node scripts/charts.ts`
copies it into the three charts. A chart adds its own environment as "worker.ownEnv". */}}

{{- define "worker.workload" -}}
{{- $name := .Release.Name }}
{{- $labels := dict "root" $ "name" $name }}
{{ include "alga.service" (dict "root" $ "name" $name "portName" "http" "port" .Values.port) }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $name }}
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "alga.labels" $labels | nindent 4 }}
spec:
  {{- include "alga.rollout" . | nindent 2 }}
  # One node: the old pod frees its memory before the new one needs it.
  strategy:
    type: Recreate
  selector:
    matchLabels:
      {{- include "alga.selector" $labels | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "alga.labels" $labels | nindent 8 }}
    spec:
      {{- include "alga.pod" . | nindent 6 }}
      automountServiceAccountToken: false
      securityContext:
        seccompProfile:
          type: RuntimeDefault
      initContainers:
        {{- include "alga.waitFor" (dict "root" $ "host" .Values.database.host "port" .Values.database.port "seconds" .Values.database.waitSeconds) | nindent 8 }}
        {{- if ne .Values.database.admin.host .Values.database.host }}
        {{- include "alga.waitFor" (dict "root" $ "host" .Values.database.admin.host "port" .Values.database.admin.port "seconds" .Values.database.waitSeconds) | nindent 8 }}
        {{- end }}
        {{- with .Values.temporal }}
        {{- $temporal := splitList ":" .address }}
        {{- include "alga.waitFor" (dict "root" $ "host" (first $temporal) "port" (last $temporal) "seconds" $.Values.database.waitSeconds) | nindent 8 }}
        {{- end }}
      containers:
        - name: {{ .Chart.Name }}
          image: {{ include "alga.image" (dict "root" $ "image" .Values.images.worker) }}
          imagePullPolicy: IfNotPresent
          env:
            {{- $own := printf "%s\n%s" (include "worker.sharedEnv" .) (include "worker.ownEnv" .) }}
            {{- include "alga.environment" (dict "own" $own "extra" .Values.extraEnv) | nindent 12 }}
          ports:
            - name: http
              containerPort: {{ .Values.port }}
          # Ten minutes to start: the vendor's appliance gives temporal-worker the same time (docs/contract.md, "Readiness of workers").
          # A program that starts sooner is Ready sooner, unlike with a fixed delay. The diagnosis reads its limit from here.
          startupProbe:
            httpGet:
              path: /health
              port: http
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 60
          readinessProbe:
            httpGet:
              path: /health
              port: http
            periodSeconds: 15
            timeoutSeconds: 10
            failureThreshold: 3
          livenessProbe:
            httpGet:
              path: /health
              port: http
            periodSeconds: 30
            timeoutSeconds: 15
            failureThreshold: 10
          securityContext:
            {{- include "alga.containerSecurity" (dict "readOnlyRoot" false) | nindent 12 }}
            {{- if not (kindIs "invalid" .Values.runAsUser) }}
            runAsNonRoot: {{ gt (int64 .Values.runAsUser) 0 }}
            runAsUser: {{ int64 .Values.runAsUser }}
            {{- end }}
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
          {{- if .Values.tenantSecrets.existingClaim }}
          volumeMounts:
            - name: tenant-secrets
              mountPath: {{ include "worker.tenantSecretsPath" . }}
      volumes:
        - name: tenant-secrets
          persistentVolumeClaim:
            claimName: {{ .Values.tenantSecrets.existingClaim | quote }}
          {{- end }}
{{- end }}

{{- define "worker.tenantSecretsPath" }}/shared-tenant-secrets{{ end -}}

{{/*
Environment that the three workers share: tenants' data as the user that the image supports, the database's administrator directly,
Redis, the server's own keys, tenants' secrets.
*/}}
{{- define "worker.sharedEnv" -}}
- name: NODE_ENV
  value: production
- name: APP_ENV
  value: production
- name: EDITION
  value: {{ .Values.edition | quote }}
- name: DEPLOYMENT_PROFILE
  value: {{ .Values.deploymentProfile | quote }}
- name: LOG_LEVEL
  value: {{ .Values.logLevel | quote }}
- name: PORT
  value: {{ .Values.port | quote }}
- name: APPLICATION_URL
  value: {{ .Values.site.appUrl | quote }}
- name: NEXTAUTH_URL
  value: {{ .Values.site.appUrl | quote }}
- name: NEXT_PUBLIC_BASE_URL
  value: {{ .Values.site.appUrl | quote }}
- name: DB_TYPE
  value: postgres
- name: DB_HOST
  value: {{ .Values.database.host | quote }}
- name: DB_PORT
  value: {{ .Values.database.port | quote }}
- name: DB_NAME_SERVER
  value: server
- name: DB_USER_SERVER
  value: {{ .Values.database.user | quote }}
{{ include "alga.secretEnv" (dict "env" "DB_PASSWORD_SERVER" "secret" .Values.secrets.database "key" (get .Values.database.passwordKeys .Values.database.user | default "DB_PASSWORD_PGBOUNCER")) }}
- name: DB_HOST_ADMIN
  value: {{ .Values.database.admin.host | quote }}
- name: DB_PORT_ADMIN
  value: {{ .Values.database.admin.port | quote }}
- name: DB_USER_ADMIN
  value: {{ .Values.database.admin.user | quote }}
{{ include "alga.secretEnv" (dict "env" "DB_PASSWORD_ADMIN" "secret" .Values.secrets.database "key" "DB_PASSWORD_SUPERUSER") }}
{{ include "alga.secretEnv" (dict "env" "DB_PASSWORD_SUPERUSER" "secret" .Values.secrets.database "key" "DB_PASSWORD_SUPERUSER") }}
- name: REDIS_HOST
  value: {{ .Values.redis.host | quote }}
- name: REDIS_PORT
  value: {{ .Values.redis.port | quote }}
{{ include "alga.secretEnv" (dict "env" "REDIS_PASSWORD" "secret" .Values.secrets.redis "key" "REDIS_PASSWORD") }}
{{ include "alga.secretEnv" (dict "env" "NEXTAUTH_SECRET" "secret" .Values.secrets.application "key" "NEXTAUTH_SECRET") }}
{{ include "alga.secretEnv" (dict "env" "TOKEN_SECRET_KEY" "secret" .Values.secrets.application "key" "TOKEN_SECRET_KEY") }}
{{ include "alga.secretEnv" (dict "env" "CRYPTO_KEY" "secret" .Values.secrets.application "key" "CRYPTR_KEY") }}
- name: SALT_BYTES
  value: "12"
- name: ITERATIONS
  value: "1000"
- name: KEY_LENGTH
  value: "64"
- name: ALGORITHM
  value: sha512
- name: SECRET_READ_CHAIN
  value: env,filesystem
- name: SECRET_WRITE_PROVIDER
  value: filesystem
{{- if .Values.tenantSecrets.existingClaim }}
- name: SECRET_FS_BASE_PATH
  value: {{ include "worker.tenantSecretsPath" . | quote }}
{{- end }}
{{- end }}
