// STAND-IN for Alga PSA's workflow worker, of the appliance's lab: it takes events from Redis, and each needs the database's
// administrator. Without one it stays healthy, as the image does, and every event fails.
import { setTimeout as delay } from 'node:timers/promises';
import { look, query, queryAsAdministrator } from './health.mjs';
import { connectRedis } from './redis.mjs';
import { serve } from './serve.mjs';

const STREAM = 'workflow:events:global';
const GROUP = 'workflow-runtime-v2';
const BLOCK_MS = 5_000;
const events = { processed: 0, failed: 0, lastError: null };
let listens = false;

async function processEvent(id, fields) {
  const at = fields.indexOf('tenant');
  const tenant = at === -1 ? '' : fields[at + 1];
  try {
    const { rowCount } = await queryAsAdministrator('select from tenants where tenant::text = $1', [tenant]);
    if (rowCount !== 1) throw new Error(`there is no tenant ${tenant}`);
    await query('select count(*) from users where tenant = $1', [tenant]);
    events.processed += 1;
    console.log(`event ${id} processed`);
  } catch (error) {
    events.failed += 1;
    events.lastError = error.message;
    console.log(`ERROR: event ${id} failed: ${error.message}`);
  }
}

/** Processes events until the connection ends. */
async function listen() {
  const redis = await connectRedis();
  try {
    await redis.call('XGROUP', 'CREATE', STREAM, GROUP, '0', 'MKSTREAM').catch((error) => {
      if (!error.message.includes('BUSYGROUP')) throw error;
    });
    listens = true;
    for (;;) {
      const read = await redis.call('XREADGROUP', 'GROUP', GROUP, 'one', 'BLOCK', BLOCK_MS, 'STREAMS', STREAM, '>');
      for (const [id, fields] of read?.[0]?.[1] ?? []) {
        await processEvent(id, fields);
        await redis.call('XACK', STREAM, GROUP, id);
      }
    }
  } finally {
    listens = false;
    redis.close();
  }
}

serve('workflow-worker', Number(process.env.PORT || 4000), {
  '/health': async () => {
    if (!listens) throw new Error('not listening for events yet');
    return { status: 'ok', healthy: await look({ withTemporal: true }) };
  },
  '/stand-in/events': () => events,
});
for (;;) {
  await listen().catch((error) => console.log(`ERROR: ${error.message}`));
  await delay(1_000);
}
