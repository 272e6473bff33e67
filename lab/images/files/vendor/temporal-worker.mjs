// STAND-IN for Alga PSA's Temporal worker, of the appliance's lab: it does not start without what the image demands.
import { look, queryAsAdministrator } from './health.mjs';
import { giveUp, serve } from './serve.mjs';

const { env } = process;
const DEMANDED =
  'ALGA_AUTH_KEY NEXTAUTH_SECRET APPLICATION_URL DB_HOST DB_PORT DB_NAME_SERVER DB_USER_SERVER DB_PASSWORD_SERVER DB_USER_ADMIN ' +
  'DB_PASSWORD_ADMIN TEMPORAL_ADDRESS TEMPORAL_NAMESPACE TEMPORAL_TASK_QUEUE';
const missing = DEMANDED.split(' ').filter((name) => !env[name]?.trim());
if (missing.length > 0) giveUp(`required configuration is missing: ${missing.join(', ')}`);
// The image checks its login as DB_USER_SERVER, and works with tenants' data as whom it was built for.
await look({ withTemporal: true }).catch((error) => giveUp(error.message));
await queryAsAdministrator('select count(*) from tenants').catch((error) => giveUp(error.message));

if ((env.ENABLE_HEALTH_CHECK || 'true') === 'true') {
  serve(`temporal-worker, task queues ${env.TEMPORAL_TASK_QUEUE},`, Number(env.HEALTH_CHECK_PORT || 8080), {
    '/health': async () => ({ status: 'ok', healthy: await look({ withTemporal: true }) }),
  });
}
