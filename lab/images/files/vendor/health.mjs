// What the vendor's programs depend on, asked now: the database (through PgBouncer where DB_HOST says so), Redis, Temporal.
import { connect } from 'node:net';
import pg from 'pg';
import { call } from './grpc.mjs';

const { env } = process;
const pool = new pg.Pool({
  host: env.DB_HOST,
  port: Number(env.DB_PORT),
  database: env.DB_NAME_SERVER,
  user: env.DB_USER_SERVER,
  password: env.DB_PASSWORD_SERVER,
  max: 2,
  connectionTimeoutMillis: 5_000,
});
pool.on('error', (error) => console.log(`ERROR: database connection lost: ${error.message}`));

function redis() {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: env.REDIS_HOST, port: Number(env.REDIS_PORT) });
    socket.setTimeout(5_000, () => socket.destroy(new Error('Redis did not answer within 5 s')));
    socket.once('error', reject);
    socket.once('connect', () => socket.write(`AUTH ${env.REDIS_PASSWORD}\r\nPING\r\n`));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
      if (text.includes('PONG')) resolve(socket.end());
      else if (text.startsWith('-')) socket.destroy(new Error(`Redis: ${text.split('\r\n')[0]}`));
    });
  });
}

async function temporal() {
  const status = await call(env.TEMPORAL_ADDRESS, '/temporal.api.workflowservice.v1.WorkflowService/GetSystemInfo');
  if (status !== 0) throw new Error(`Temporal at ${env.TEMPORAL_ADDRESS} answered with gRPC status ${status}`);
}

/** Runs one query in the application's database, as the application. */
export const query = (text, values) => pool.query(text, values);

/** Gives the names of what answers; throws for the first that does not. */
export async function look({ withTemporal }) {
  await pool.query('select 1');
  await redis();
  if (withTemporal) await temporal();
  return ['database', 'redis', ...(withTemporal ? ['temporal'] : [])];
}
