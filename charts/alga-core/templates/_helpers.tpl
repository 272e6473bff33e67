{{- define "alga-core.fullname" -}}
{{ .Release.Name }}-sebastian
{{- end }}

{{- define "alga-core.secretName" -}}
{{ .Values.credentials.applicationSecret | default (printf "%s-secrets" (include "alga-core.fullname" .)) }}
{{- end }}

{{- define "alga-core.claim" -}}
{{- .settings.existingClaim | default (printf "%s-%s" (include "alga-core.fullname" .root) .suffix) -}}
{{- end }}

{{/* Environment for the database, with the image's variable names; shared by server and bootstrap job. */}}
{{- define "alga-core.databaseEnv" -}}
- name: DB_TYPE
  value: postgres
- name: DB_HOST
  value: {{ .Values.database.host | quote }}
- name: DB_PORT
  value: {{ .Values.database.port | quote }}
- name: DB_NAME_SERVER
  value: server
- name: DB_USER_SERVER
  value: app_user
- name: DB_USER_ADMIN
  value: postgres
{{ include "alga.secretEnv" (dict "env" "DB_PASSWORD_SERVER" "secret" .Values.credentials.databaseSecret "key" "DB_PASSWORD_SERVER") }}
{{ include "alga.secretEnv" (dict "env" "DB_PASSWORD_ADMIN" "secret" .Values.credentials.databaseSecret "key" "DB_PASSWORD_SUPERUSER") }}
{{ include "alga.secretEnv" (dict "env" "DB_PASSWORD_SUPERUSER" "secret" .Values.credentials.databaseSecret "key" "DB_PASSWORD_SUPERUSER") }}
{{- end }}

{{/* How passwords are hashed: the job creates the first administrator, and the server must compute the same hash. */}}
{{- define "alga-core.passwordEnv" -}}
{{ include "alga.secretEnv" (dict "env" "NEXTAUTH_SECRET" "secret" (include "alga-core.secretName" .) "key" "NEXTAUTH_SECRET") }}
- name: SALT_BYTES
  value: "12"
- name: ITERATIONS
  value: "1000"
- name: KEY_LENGTH
  value: "64"
- name: ALGORITHM
  value: sha512
{{- end }}

{{/* Environment of the server in addition to "alga-core.furtherEnv". */}}
{{- define "alga-core.serverEnv" -}}
- name: EDITION
  value: {{ .Values.edition | quote }}
- name: NODE_ENV
  value: production
- name: APP_ENV
  value: production
- name: DEPLOYMENT_PROFILE
  value: {{ .Values.deploymentProfile | quote }}
- name: LOG_LEVEL
  value: {{ .Values.logLevel | quote }}
- name: HOST
  value: {{ (urlParse .Values.site.appUrl).host | quote }}
- name: NEXTAUTH_URL
  value: {{ .Values.site.appUrl | quote }}
- name: APPLICATION_URL
  value: {{ .Values.site.appUrl | quote }}
- name: NEXT_PUBLIC_BASE_URL
  value: {{ .Values.site.appUrl | quote }}
- name: AUTH_TRUST_HOST
  value: "true"
{{- include "alga-core.databaseEnv" . | nindent 0 }}
- name: REDIS_HOST
  value: {{ .Values.redis.host | quote }}
- name: REDIS_PORT
  value: {{ .Values.redis.port | quote }}
- name: REDIS_DB
  value: "0"
{{- include "alga.secretEnv" (dict "env" "REDIS_PASSWORD" "secret" .Values.credentials.redisSecret "key" "REDIS_PASSWORD") | nindent 0 }}
- name: TEMPORAL_ADDRESS
  value: {{ .Values.temporal.address | quote }}
- name: TEMPORAL_NAMESPACE
  value: {{ .Values.temporal.namespace | quote }}
- name: STORAGE_DEFAULT_PROVIDER
  value: local
- name: STORAGE_LOCAL_BASE_PATH
  value: /data/files
{{- include "alga-core.passwordEnv" . | nindent 0 }}
{{- range $key := list "TOKEN_SECRET_KEY" "HOCUSPOCUS_JWT_SECRET" "COLLAB_PERSIST_API_KEY" "AI_DOCUMENT_API_KEY" "IMAP_WEBHOOK_SECRET" }}
{{- include "alga.secretEnv" (dict "env" $key "secret" (include "alga-core.secretName" $) "key" $key) | nindent 0 }}
{{- end }}
{{- include "alga.secretEnv" (dict "env" "CRYPTO_KEY" "secret" (include "alga-core.secretName" $) "key" "CRYPTR_KEY") | nindent 0 }}
{{- include "alga.secretEnv" (dict "env" "ALGA_AUTH_KEY" "secret" .Values.credentials.sharedSecret "key" "ALGA_AUTH_KEY") | nindent 0 }}
{{- end }}

{{/*
Environment of the server that an operator may want to change, as a map. Numbers are converted with int64: otherwise a large one
would be written as 1e+08.
*/}}
{{- define "alga-core.furtherEnv" -}}
{{- $version := .Values.appVersion | default .Values.images.server.tag }}
NEXT_PUBLIC_EDITION: {{ .Values.edition | quote }}
# Links in emails start with it.
NEXT_PUBLIC_APP_URL: {{ .Values.site.appUrl | quote }}
VERSION: {{ $version | quote }}
APP_VERSION: {{ $version | quote }}
APP_BUILD_SHA: {{ .Values.images.server.tag | quote }}
LOG_IS_FORMAT_JSON: {{ .Values.logJson | quote }}
LOG_IS_FULL_DETAILS: {{ .Values.logDetails | quote }}
SERVER_ACTIONS_BODY_LIMIT: {{ .Values.server.uploadLimit | quote }}
NEXTAUTH_SESSION_EXPIRES: {{ .Values.server.sessionSeconds | int64 | quote }}
STORAGE_LOCAL_MAX_FILE_SIZE: {{ .Values.storage.maxFileBytes | int64 | quote }}
STORAGE_UPLOAD_TEMP_DIR: /tmp/uploads
STORAGE_UPLOAD_MAX_CONCURRENT: "3"
STORAGE_UPLOAD_CHUNK_SIZE: "5242880"
# Mail of the application itself goes through each tenant's own settings.
EMAIL_ENABLE: "false"
EMAIL_PORT: "587"
{{- with .Values.licenseServiceUrl }}
ALGA_LICENSE_SERVICE_URL: {{ . | quote }}
{{- end }}
SECRET_READ_CHAIN: env,filesystem
SECRET_WRITE_PROVIDER: filesystem
{{- if .Values.tenantSecrets.enabled }}
SECRET_FS_BASE_PATH: /shared-tenant-secrets
{{- end }}
{{- if .Values.hocuspocus.enabled }}
HOCUSPOCUS_HOST: hocuspocus
HOCUSPOCUS_PORT: {{ .Values.hocuspocus.port | quote }}
HOCUSPOCUS_URL: ws://hocuspocus:{{ .Values.hocuspocus.port }}
# Browsers use a path below the application's address; this address is for the server.
HOCUSPOCUS_INTERNAL_URL: ws://hocuspocus:{{ .Values.hocuspocus.port }}
# Login does not need it: with true, the image does not start until it answers.
REQUIRE_HOCUSPOCUS: "false"
{{- end }}
{{- end }}

{{/* Environment from an optional Secret: (dict "secret" … "keys" (list …)) */}}
{{- define "alga-core.optionalSecretEnv" -}}
{{- range .keys }}
- name: {{ . }}
  valueFrom:
    secretKeyRef:
      name: {{ $.secret | quote }}
      key: {{ . }}
      optional: true
{{- end }}
{{- end }}

{{/* securityContext of a container of the vendor: the image decides which user it runs as. */}}
{{- define "alga-core.vendorSecurity" -}}
{{ include "alga.containerSecurity" (dict "readOnlyRoot" .readOnlyRoot) }}
{{- with .root.Values.server.runAsUser }}
runAsNonRoot: true
runAsUser: {{ . }}
{{- end }}
{{- end }}

{{/* What the start gate searches for in the record of runs: the image, and the required database setup for it. */}}
{{- define "alga-core.bootstrapInputs" -}}
{{- with .Values -}}
{{ .images.server.repository }}:{{ .images.server.tag }}{{ with .images.server.digest }}@{{ . }}{{ end }} migrations={{ .bootstrap.runMigrations }} seeds={{ .bootstrap.runSeeds }}
{{- end -}}
{{- end }}
