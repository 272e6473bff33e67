// Stand-in for the image's create-tenant. Like the image's own it is not idempotent, commits tenant and administrator one after
// the other, opens its sessions itself, and tells a password that it had to make up.
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { Client } from 'pg';
import { hashPassword } from '../password.ts';

const { env } = process;

/** `--name value`; a name that is followed by another one is a flag. */
function readArguments(words: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const [index, word] of words.entries()) {
    const next = words[index + 1];
    if (word.startsWith('--') && next !== undefined && !next.startsWith('--')) found.set(word.slice(2), next);
  }
  return found;
}

async function createTenant(given: Map<string, string>): Promise<void> {
  // Later images find their packages by the tsconfig.json in this folder alone.
  if (path.resolve('.') !== path.join(import.meta.dirname, '..'))
    throw new Error('No "exports" main defined in /app/node_modules/@alga-psa/db/package.json');
  const product = given.get('productCode') ?? 'psa';
  if (product !== 'psa' && product !== 'algadesk') throw new Error(`Invalid productCode "${product}"`);
  const password = given.get('password') ?? env['INITIAL_ADMIN_PASSWORD'] ?? randomBytes(12).toString('base64url');
  const email = given.get('email') ?? '';
  const database = new Client({
    host: env['DB_HOST'] ?? 'localhost',
    port: Number(env['DB_PORT'] ?? 5432),
    database: env['DB_NAME_SERVER'] ?? 'server',
    user: env['DB_USER_ADMIN'] ?? 'postgres',
    password: env['DB_PASSWORD_ADMIN'] ?? '',
  });
  await database.connect();
  try {
    const insertTenant = 'insert into tenants (client_name, email, product_code) values ($1, $2, $3) returning tenant';
    const name = given.get('clientName') ?? given.get('tenant');
    const { rows } = await database.query<{ tenant: string }>(insertTenant, [name, email, product]);
    await sleep(database, 'STAND_IN_SLOW_TENANT');
    if (env['STAND_IN_TENANT'] === 'fails') throw new Error('relation "tenant_settings" does not exist');
    if (env['STAND_IN_TENANT'] !== 'without-user') {
      const insertUser =
        'insert into users (tenant, email, first_name, last_name, hashed_password) values ($1, $2, $3, $4, $5)';
      const names = [given.get('firstName') ?? 'Admin', given.get('lastName') ?? 'User'];
      await database.query(insertUser, [rows[0]?.tenant, email.toLowerCase(), ...names, hashPassword(password)]);
      await database.query("insert into roles (tenant, role_name) values ($1, 'Admin')", [rows[0]?.tenant]);
      const giveRole =
        'insert into user_roles select u.tenant, u.user_id, r.role_id from users u join roles r using (tenant) where tenant = $1';
      await database.query(giveRole, [rows[0]?.tenant]);
    }
    await sleep(database, 'STAND_IN_SLOW_ADMINISTRATOR');
    console.log(`Tenant created successfully!\nTenant ID: ${rows[0]?.tenant}`);
    console.log(env['INITIAL_ADMIN_PASSWORD'] ? 'Admin Password: [provided]' : `Temporary Password: ${password}`);
  } finally {
    await database.end();
  }
}

const sleep = async (database: Client, seconds: string) => {
  if (env[seconds]) await database.query('select pg_sleep($1)', [Number(env[seconds])]);
};

const given = readArguments(process.argv.slice(2));
if (!given.get('tenant') || !given.get('email')) {
  console.error('Error: --tenant and --email are required.');
  process.exit(1);
}
await createTenant(given).catch((error: unknown) => {
  console.error('Failed to create tenant:', error);
  process.exit(1);
});
