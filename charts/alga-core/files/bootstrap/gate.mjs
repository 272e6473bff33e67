// The application's start gate: waits until the bootstrap job has finished a run for this image, and says what it waits for.
// Its patience ends; the kubelet then starts it again, and the failed attempt with its reason can be seen on the pod.
import { connect } from './postgres.mjs';
import { createLog } from './log.mjs';
import { writeFileSync } from 'node:fs';

// The first process of a container is deaf to a stop unless it listens: a corrected tag would wait out the pod's grace period.
process.on('SIGTERM', () => process.exit(143));

const env = process.env;
const log = createLog(env);
const settings = {
  host: env.DB_HOST,
  port: Number(env.DB_PORT || 5432),
  database: env.DB_NAME_SERVER,
  appDir: env.APP_DIR || '/app',
  app: { user: env.DB_USER_SERVER, password: env.DB_PASSWORD_SERVER },
};
const patience = Number(env.GATE_PATIENCE_SECONDS || 3600);
const NEWEST = `select mode, started_at, finished_at, error
  from alga_bootstrap.runs where inputs = $1 order by (finished_at is not null) desc, id desc limit 1`;

/** Gives null when the application may start, otherwise what is still missing. */
async function missing() {
  let client;
  try {
    client = await connect(settings, settings.database, settings.app);
    const run = (await client.query(NEWEST, [env.BOOTSTRAP_INPUTS])).rows[0];
    if (!run) return 'no run for this image has begun in this database';
    if (run.finished_at) return null;
    if (run.error) return `the run of ${run.started_at.toISOString()} failed: ${run.error}`;
    return `the run of ${run.started_at.toISOString()} (${run.mode}) has not finished`;
  } catch (error) {
    return `the database does not let the application in yet (${error.code ?? 'no code'}: ${error.message})`;
  } finally {
    await client?.end();
  }
}

const started = Date.now();
let told = '';
let at = 0;
for (;;) {
  const what = await missing();
  if (what === null) break;
  const waited = Math.round((Date.now() - started) / 1000);
  const message = `waiting for the bootstrap job: ${what}`;
  if (waited >= patience) {
    const last = `ERROR: gave up after ${patience} s ${message}; look at the Job ${env.BOOTSTRAP_JOB ?? ''} and its log`;
    log.info(last);
    writeFileSync(env.TERMINATION_LOG || '/dev/termination-log', log.redact(last).slice(0, 4000));
    process.exit(1);
  }
  if (message !== told || waited - at >= 10) {
    log.info(`${message} (${waited} s of ${patience} s)`);
    told = message;
    at = waited;
  }
  await new Promise((resolve) => setTimeout(resolve, 2000));
}
log.info('the bootstrap job has finished for this image');
