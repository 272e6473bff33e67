// Written by `npm run generate` from charts, Flux tree and releases (scripts/appliance-secrets.ts).

/** Variables of this appliance's containers, and keys of its Secrets, that hold secrets. */
export const APPLIANCE_SECRETS = [
  'AI_DOCUMENT_API_KEY',
  'ALGA_AUTH_KEY',
  'COLLAB_PERSIST_API_KEY',
  'CRYPTO_KEY',
  'CRYPTR_KEY',
  'DB_PASSWORD_ADMIN',
  'DB_PASSWORD_HOCUSPOCUS',
  'DB_PASSWORD_PGBOUNCER',
  'DB_PASSWORD_SERVER',
  'DB_PASSWORD_SUPERUSER',
  'HOCUSPOCUS_JWT_SECRET',
  'IMAP_WEBHOOK_SECRET',
  'INITIAL_ADMIN_EMAIL',
  'INITIAL_ADMIN_FIRST_NAME',
  'INITIAL_ADMIN_LAST_NAME',
  'INITIAL_ADMIN_PASSWORD',
  'INITIAL_TENANT_NAME',
  'LICENSE_TOKEN',
  'NEXTAUTH_SECRET',
  'POSTGRES_PASSWORD',
  'POSTGRES_PWD',
  'REDISCLI_AUTH',
  'REDIS_PASSWORD',
  'TOKEN_SECRET_KEY',
] as const;
