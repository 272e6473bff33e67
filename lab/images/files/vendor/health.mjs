// What the vendor's programs depend on, asked now: the database, as the tenants' user and as its administrator, Redis, Temporal.
import pg from 'pg';
import { call } from './grpc.mjs';
import { connectRedis } from './redis.mjs';

const { env } = process;
const settings = { database: env.DB_NAME_SERVER, max: 2, connectionTimeoutMillis: 5_000 };

function poolOf(own) {
  const pool = new pg.Pool({ ...settings, ...own });
  pool.on('error', (error) => console.log(`ERROR: database connection lost: ${error.message}`));
  return pool;
}

/** An image of before the vendor's commit 30cb8e41f0 logs in as app_user, whatever DB_USER_SERVER says. */
const tenants = poolOf({
  host: env.DB_HOST,
  port: Number(env.DB_PORT),
  user: env.STAND_IN_LOGS_IN_AS ?? env.DB_USER_SERVER,
  password: env.DB_PASSWORD_SERVER,
});
const administrator = poolOf({
  host: env.DB_HOST_ADMIN || env.DB_HOST,
  port: Number(env.DB_PORT_ADMIN || env.DB_PORT),
  user: env.DB_USER_ADMIN || 'app_user',
  password: env.DB_PASSWORD_ADMIN,
});

async function redis() {
  const connection = await connectRedis();
  await connection.call('PING');
  connection.close();
}

async function temporal() {
  const status = await call(env.TEMPORAL_ADDRESS, '/temporal.api.workflowservice.v1.WorkflowService/GetSystemInfo');
  if (status !== 0) throw new Error(`Temporal at ${env.TEMPORAL_ADDRESS} answered with gRPC status ${status}`);
}

/** Runs one query in the application's database, as the application. */
export const query = (text, values) => tenants.query(text, values);

/** The same as the database's administrator. Rejects when it is not one that is let in. */
export async function queryAsAdministrator(text, values) {
  if (!env.DB_PASSWORD_ADMIN) throw new Error('DB_PASSWORD_ADMIN is not set: the database knows no administrator');
  return administrator.query(text, values);
}

/** Gives the names of what answers; throws for the first that does not. */
export async function look({ withTemporal }) {
  await query('select 1');
  await redis();
  if (withTemporal) await temporal();
  return ['database', 'redis', ...(withTemporal ? ['temporal'] : [])];
}
