// The job's environment, read once and checked as a whole. Names are those of the image's contract.
import { Stop, EXIT } from './stop.mjs';

const IDENTIFIER = /^[a-z_][a-z0-9_]{0,50}$/;
const INITIAL_TENANT = [
  'INITIAL_TENANT_NAME',
  'INITIAL_ADMIN_FIRST_NAME',
  'INITIAL_ADMIN_LAST_NAME',
  'INITIAL_ADMIN_EMAIL',
  'INITIAL_ADMIN_PASSWORD',
];
const PASSWORD_HASH = ['NEXTAUTH_SECRET', 'SALT_BYTES', 'ITERATIONS', 'KEY_LENGTH', 'ALGORITHM'];
const FLAG = { true: true, false: false };

/**
 * Reads the settings from an environment.
 * @param {Record<string, string | undefined>} env
 * @returns settings; times in milliseconds
 * @throws {Stop} with EXIT.configuration, naming every variable that is missing or wrong
 */
export function readSettings(env) {
  const faults = [];
  const text = (name, fallback) => {
    const value = env[name] || fallback;
    if (value === undefined) faults.push(`${name} is not set`);
    return value ?? '';
  };
  const choice = (name, choices, fallback) => {
    const value = text(name, fallback);
    if (value !== '' && !(value in choices))
      faults.push(`${name} is "${value}", expected one of: ${Object.keys(choices).join(', ')}`);
    return choices[value];
  };
  // create_database.js puts these names into SQL as they are, so anything else must not get that far.
  const identifier = (name, fallback) => {
    const value = text(name, fallback);
    if (value !== '' && !IDENTIFIER.test(value)) faults.push(`${name} is "${value}", expected a lower-case SQL name`);
    return value;
  };
  const whole = (name, fallback) => {
    const value = Number(env[name] || fallback);
    if (!Number.isInteger(value) || value < 1)
      faults.push(`${name} is "${env[name]}", expected a whole number above 0`);
    return value;
  };

  const settings = {
    mode: choice('BOOTSTRAP_MODE', { fresh: 'fresh', recover: 'recover' }),
    runMigrations: choice('SETUP_RUN_MIGRATIONS', FLAG, 'true'),
    runSeeds: choice('SETUP_RUN_SEEDS', FLAG, 'true'),
    seedsDir: env.SEEDS_DIR || null,
    /** A property of the image: its seeds may run again, and do so at every upgrade. */
    seedsAreIdempotent: choice('SEEDS_ARE_IDEMPOTENT', FLAG, 'false'),
    /** The first tenant and its administrator, as given; looked at only when one has to be made. */
    initialTenant: Object.fromEntries(INITIAL_TENANT.map((name) => [name, env[name] ?? ''])),
    initialTenantSecret: env.INITIAL_TENANT_SECRET || 'appliance-initial-tenant',
    /** What the server hashes passwords with, and create-tenant must. */
    passwordHash: Object.fromEntries(PASSWORD_HASH.map((name) => [name, env[name] ?? ''])),
    /** Null where somebody else sees to the licence: a row would turn the appliance's own licensing on. */
    licence:
      env.DEPLOYMENT_PROFILE === 'appliance'
        ? { edition: env.EDITION_CHOICE || 'ee', token: env.LICENSE_TOKEN || null }
        : null,
    /** Who this run belongs to: data begun by the same one is not "existing data". */
    owner: env.BOOTSTRAP_INSTALL_ID || env.BOOTSTRAP_JOB_UID || 'unknown',
    /** What the application's start gate looks for in the record of runs. */
    inputs: env.BOOTSTRAP_INPUTS || 'unknown',
    appDir: env.APP_DIR || '/app',
    host: text('DB_HOST'),
    port: whole('DB_PORT', 5432),
    database: identifier('DB_NAME_SERVER'),
    admin: { user: identifier('DB_USER_ADMIN', 'postgres'), password: text('DB_PASSWORD_ADMIN') },
    app: { user: identifier('DB_USER_SERVER'), password: text('DB_PASSWORD_SERVER') },
    pgbouncer: optional(env, 'PGBOUNCER', identifier),
    hocuspocus: optional(env, 'HOCUSPOCUS', identifier),
    databaseSecret: env.DATABASE_SECRET || 'db-credentials',
    hocuspocusDatabase: identifier('DB_NAME_HOCUSPOCUS', 'hocuspocus'),
    databaseWait: whole('DATABASE_WAIT_SECONDS', 600) * 1000,
    lockWait: whole('LOCK_WAIT_SECONDS', 3600) * 1000,
    resultFile: env.TERMINATION_LOG || '/dev/termination-log',
  };
  if (env.APP_ENV === undefined) faults.push('APP_ENV is not set');
  if (faults.length > 0) throw new Stop(EXIT.configuration, `the job's settings are wrong: ${faults.join('; ')}`);
  return settings;
}

function optional(env, name, identifier) {
  const password = env[`DB_PASSWORD_${name}`];
  return password ? { user: identifier(`DB_USER_${name}`), password } : null;
}
