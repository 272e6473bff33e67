// Stand-in for the image's database setup: databases, extension, application role, grants. Skips a database that is in use.
import { Client } from 'pg';

const env = process.env;
for (const name of [
  'DB_HOST',
  'DB_PORT',
  'DB_NAME_SERVER',
  'DB_USER_SERVER',
  'APP_ENV',
  'DB_PASSWORD_ADMIN',
  'DB_PASSWORD_SERVER',
]) {
  if (!env[name]) {
    console.error(`Configuration validation failed: Missing required environment variables: ${name}`);
    process.exit(1);
  }
}
const open = async (database) => {
  const client = new Client({
    host: env.DB_HOST,
    port: env.DB_PORT,
    user: 'postgres',
    password: env.DB_PASSWORD_ADMIN,
    database,
  });
  await client.connect();
  return client;
};
const has = async (client, query, value) => (await client.query(query, [value])).rows.length > 0;
const DATABASE = 'select 1 from pg_database where datname = $1';
const ROLE = 'select 1 from pg_roles where rolname = $1';

const admin = await open('postgres');
for (const name of [env.DB_NAME_HOCUSPOCUS ?? 'hocuspocus', env.DB_NAME_SERVER]) {
  if (await has(admin, DATABASE, name)) console.log(`Database ${name} already exists`);
  else await admin.query(`CREATE DATABASE ${name}`);
}
await admin.end();

const server = await open(env.DB_NAME_SERVER);
if (await has(server, 'select 1 from information_schema.tables where table_name = $1', 'tenants')) {
  console.log('Database appears to be already configured. Skipping setup.');
} else {
  await server.query('CREATE EXTENSION IF NOT EXISTS "vector"');
  const verb = (await has(server, ROLE, env.DB_USER_SERVER)) ? 'ALTER' : 'CREATE';
  await server.query(`${verb} USER ${env.DB_USER_SERVER} WITH PASSWORD '${env.DB_PASSWORD_SERVER}'`);
  await server.query(`ALTER DATABASE ${env.DB_NAME_SERVER} SET app.environment = '${env.APP_ENV}'`);
  await server.query(`GRANT USAGE ON SCHEMA public TO ${env.DB_USER_SERVER}`);
  await server.query(
    `ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${env.DB_USER_SERVER}`,
  );
  console.log('Database setup completed successfully');
}
await server.end();
