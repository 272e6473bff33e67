{{- define "alga-core.fullname" -}}
{{ .Release.Name }}-sebastian
{{- end }}

{{- define "alga-core.secretName" -}}
{{ .Values.credentials.applicationSecret | default (printf "%s-secrets" (include "alga-core.fullname" .)) }}
{{- end }}

{{- define "alga-core.claim" -}}
{{- .settings.existingClaim | default (printf "%s-%s" (include "alga-core.fullname" .root) .suffix) -}}
{{- end }}

{{/* Environment that reaches the database as the image names it; server and bootstrap job share it. */}}
{{- define "alga-core.databaseEnv" -}}
- name: DB_TYPE
  value: postgres
- name: DB_HOST
  value: {{ .Values.database.host }}
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

{{/* securityContext of a container of the vendor's: which user its image runs as is the image's business. */}}
{{- define "alga-core.vendorSecurity" -}}
{{ include "alga.containerSecurity" (dict "readOnlyRoot" .readOnlyRoot) }}
{{- with .root.Values.server.runAsUser }}
runAsNonRoot: true
runAsUser: {{ . }}
{{- end }}
{{- end }}

{{/* What the start gate looks for in the record of runs: the image and what is to be done with the database for it. */}}
{{- define "alga-core.bootstrapInputs" -}}
{{- with .Values -}}
{{ .images.server.repository }}:{{ .images.server.tag }}{{ with .images.server.digest }}@{{ . }}{{ end }} migrations={{ .bootstrap.runMigrations }} seeds={{ .bootstrap.runSeeds }}
{{- end -}}
{{- end }}
