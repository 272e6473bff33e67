// Runs in the cluster, in a Job of the client's with the image and the environment of the Alga PSA server: lists the appliance's
// administrators, or sets the password of one. The request is in request.json beside this file; the answer is one line on stdout,
// without secrets. Plain Node 20 with the image's own pg.
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const { env } = process;
const ANSWER = 'appliance-admin/v1 ';
/** More than a person reads; the answer stays far below the part of a log that is read. */
const MOST = 200;
const PATIENCE = 20_000;

/** A failure whose message is shown to the person at the client as it is. */
class Stop extends Error {}

/**
 * Administrators by the vendor's own sources: internal users with the role Admin, which clients' portals have too (msp is false
 * there). Columns that not every version has are read by name from the row's JSON.
 */
const ADMINISTRATORS = `
  select u.user_id as id, u.tenant::text as tenant, coalesce(to_jsonb(t) ->> 'client_name', to_jsonb(t) ->> 'company_name', '') as company,
    trim(concat(u.first_name, ' ', u.last_name)) as name, u.email, not coalesce(u.is_inactive, false) as active,
    coalesce((to_jsonb(u) ->> 'two_factor_enabled')::boolean, false) as "twoFactor",
    to_char((to_jsonb(u) ->> 'last_login_at')::timestamptz at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "lastLoginAt"
  from users u join tenants t on t.tenant = u.tenant
  where coalesce(to_jsonb(u) ->> 'user_type', 'internal') = 'internal' and exists (
    select from user_roles ur join roles r on r.tenant = ur.tenant and r.role_id = ur.role_id
    where ur.tenant = u.tenant and ur.user_id = u.user_id and lower(r.role_name) = 'admin'
      and coalesce((to_jsonb(r) ->> 'msp')::boolean, true))
  order by 3, u.email, u.user_id limit ${MOST + 1}`;

async function main() {
  const { action, user, tenant, password } = JSON.parse(readFileSync(new URL('request.json', import.meta.url), 'utf8'));
  const database = await open();
  try {
    if (!(await hasTable(database, 'users'))) throw new Stop('the database is not set up yet: it has no table users');
    if (action === 'show') {
      const { rows } = await database.query(ADMINISTRATORS);
      return { administrators: rows.slice(0, MOST), isCut: rows.length > MOST };
    }
    if (action === 'reset-password') return await resetPassword(database, { user, tenant }, hashOf(password));
    throw new Stop(`unknown action "${action}"`);
  } finally {
    await database.end();
  }
}

/** New password and end of every session in one transaction: either everyone with the old password is logged out, or nothing changed. */
async function resetPassword(database, { user, tenant }, hash) {
  const key = [tenant, user];
  const mobile = await hasTable(database, 'mobile_refresh_tokens');
  await database.query('begin');
  const { rowCount } = await database.query(
    'update users set hashed_password = $3, updated_at = now() where tenant::text = $1 and user_id::text = $2',
    [...key, hash],
  );
  if (rowCount !== 1) throw new Stop('this user no longer exists; nothing was changed');
  // For the server a session has ended when revoked_at is set; an expired one is marked, too, and not counted.
  const sessions = await database.query(
    `with ended as (
       update sessions set revoked_at = now(), revoked_reason = 'admin_revoke', updated_at = now()
       where tenant::text = $1 and user_id::text = $2 and revoked_at is null returning expires_at)
     select count(*)::int as count from ended where expires_at is null or expires_at > now()`,
    key,
  );
  let mobileSessionsEnded = 0;
  if (mobile) {
    const ended = await database.query(
      `with ended as (
         update mobile_refresh_tokens set revoked_at = now()
         where tenant::text = $1 and user_id::text = $2 and revoked_at is null returning expires_at)
       select count(*)::int as count from ended where expires_at > now()`,
      key,
    );
    mobileSessionsEnded = ended.rows[0].count;
    await database.query(
      "update api_keys set active = false, updated_at = now() where tenant::text = $1 and user_id::text = $2 and purpose = 'mobile_session' and active",
      key,
    );
    await database.query(
      'update mobile_auth_otts set used_at = now() where tenant::text = $1 and user_id::text = $2 and used_at is null',
      key,
    );
  }
  await database.query('commit');
  return { sessionsEnded: sessions.rows[0].count, mobileSessionsEnded };
}

/** As the server hashes (salt and hash in hex, the secret before the salt), by the settings that the server itself has. */
function hashOf(password) {
  const { NEXTAUTH_SECRET, SALT_BYTES, ITERATIONS, KEY_LENGTH, ALGORITHM } = env;
  if (!NEXTAUTH_SECRET) throw new Stop('the server has no NEXTAUTH_SECRET, so no password can be set');
  const salt = randomBytes(Number(SALT_BYTES) || 12).toString('hex');
  const digest = /^sha-?256$/i.test(ALGORITHM ?? '') ? 'sha256' : 'sha512';
  const rounds = Number(ITERATIONS) || 10_000;
  const hash = pbkdf2Sync(password, NEXTAUTH_SECRET + salt, rounds, Number(KEY_LENGTH) || 64, digest);
  return `${salt}:${hash.toString('hex')}`;
}

async function open() {
  const { Client } = createRequire(join(env.APP_DIR || '/app', 'server', 'package.json'))('pg');
  const database = new Client({
    host: env.DB_HOST,
    port: Number(env.DB_PORT || 5432),
    database: env.DB_NAME_SERVER || 'server',
    user: env.DB_USER_ADMIN || 'postgres',
    password: env.DB_PASSWORD_ADMIN,
    application_name: 'appliance-admin',
    connectionTimeoutMillis: PATIENCE,
    // The wait for a locked table, for example during a migration, is bounded.
    options: `-c statement_timeout=${PATIENCE} -c lock_timeout=${PATIENCE}`,
  });
  // A session that breaks while idle reports it only here; the next query on it fails with the same reason.
  database.on('error', () => {});
  try {
    await database.connect();
  } catch (error) {
    throw new Stop(`cannot connect to the database at ${env.DB_HOST}:${env.DB_PORT || 5432}: ${error.message}`);
  }
  return database;
}

async function hasTable(database, name) {
  return (await database.query('select to_regclass($1) is not null as there', [`public.${name}`])).rows[0].there;
}

// A message of Postgres may quote a value, so only the kind of an unforeseen error is reported.
const told = (error) => {
  if (error instanceof Stop) return error.message;
  const kind = [error.code, error.table, error.column].filter(Boolean).join(' ');
  return kind === '' ? `${error.name} in the program` : `the database returned an error (${kind})`;
};
const answer = await main().catch((error) => ({ error: told(error) }));
process.stdout.write(`${ANSWER}${JSON.stringify(answer)}\n`, () => process.exit(0));
