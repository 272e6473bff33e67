// The first tenant and its administrator, by the image's own create-tenant. It opens sessions of its own and commits in parts,
// and a second run makes a second tenant: who calls this has a copy of the database to go back to.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { runNode } from './child.mjs';
import { withDatabase } from './postgres.mjs';
import { countTenants, countUsers } from './record.mjs';
import { EXIT, Stop } from './stop.mjs';

const program = (settings) => join(settings.appDir, 'server', 'scripts', 'create-tenant.ts');

/** Refuses, before anything is changed, when a tenant has to be made and cannot be. */
export function checkInitialTenant(settings) {
  const { initialTenant, initialTenantSecret: secret } = settings;
  const missing = Object.keys(initialTenant).filter((name) => initialTenant[name].trim() === '');
  if (missing.length > 0) {
    throw new Stop(
      EXIT.configuration,
      `the database is without a tenant, and the first one cannot be made: the Secret ${secret} lacks ${missing.join(', ')}. ` +
        `Make the Secret ${secret} in the namespace of this Job with the keys ${Object.keys(initialTenant).join(', ')}, then have the Job run again: ` +
        "appliance-client retry, which also makes the Secret where initial-tenant.json is still in the site's folder; without an installer delete the Job.",
    );
  }
  // The program's own reading of its arguments takes a value that begins with a dash for the next option.
  const unusable = Object.entries(initialTenant).filter(
    ([name, value]) => name !== 'INITIAL_ADMIN_PASSWORD' && /^\s*-|\p{Cc}/u.test(value),
  );
  if (unusable.length > 0) {
    const names = unusable.map(([name]) => name).join(', ');
    throw new Stop(
      EXIT.configuration,
      `the Secret ${secret} has a value in ${names} that begins with a dash or holds a line end`,
    );
  }
  const unset = Object.keys(settings.passwordHash).filter((name) => settings.passwordHash[name] === '');
  if (unset.length > 0) {
    throw new Stop(
      EXIT.configuration,
      `the administrator could not log in: ${unset.join(', ')} not set here, and the password must be hashed as the server does it`,
    );
  }
  if (!existsSync(program(settings))) {
    throw new Stop(
      EXIT.configuration,
      `this image cannot make the first tenant: ${program(settings)} does not exist in it; choose another release`,
    );
  }
  tsxProgram(settings);
}

/** Makes them; there is one tenant and a user afterwards. */
export async function createTenant(settings, log, signal) {
  const { initialTenant: given } = settings;
  const values = {
    tenant: given.INITIAL_TENANT_NAME,
    companyName: given.INITIAL_TENANT_NAME,
    clientName: given.INITIAL_TENANT_NAME,
    email: given.INITIAL_ADMIN_EMAIL,
    firstName: given.INITIAL_ADMIN_FIRST_NAME,
    lastName: given.INITIAL_ADMIN_LAST_NAME,
    productCode: 'psa',
  };
  log.info('making the first tenant and its administrator');
  await runNode(
    {
      name: 'create-tenant',
      args: [
        tsxProgram(settings),
        program(settings),
        ...Object.entries(values).flatMap(([name, value]) => [`--${name}`, value.trim()]),
      ],
      // As the image's own `npm run create-tenant` does: later images find their packages by the tsconfig.json in this folder alone.
      cwd: join(settings.appDir, 'server'),
      // Never an argument: those are seen by everybody on the machine.
      env: { INITIAL_ADMIN_PASSWORD: given.INITIAL_ADMIN_PASSWORD },
      signal,
    },
    log,
  );
  const { tenants, users } = await withDatabase(settings, settings.database, async (client) => ({
    tenants: await countTenants(client),
    users: await countUsers(client),
  }));
  if (tenants === 1 && users > 0) return;
  throw new Stop(
    EXIT.step,
    `create-tenant ended well and left tenants: ${tenants}, users: ${users}; there should be one of each`,
  );
}

/** What `npx tsx` runs, without npx: that one would ask the network where tsx is not found. The vendor installs it globally. */
function tsxProgram({ appDir }) {
  const own = createRequire(join(appDir, 'server', 'package.json')).resolve.paths('tsx');
  const folders = [...own, join(dirname(dirname(process.execPath)), 'lib', 'node_modules')];
  for (const folder of folders.map((each) => join(each, 'tsx'))) {
    const manifest = join(folder, 'package.json');
    if (!existsSync(manifest)) continue;
    const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
    return join(folder, bin?.tsx ?? bin);
  }
  throw new Stop(
    EXIT.configuration,
    'this image cannot make the first tenant: it has no tsx to run create-tenant.ts with; choose another release',
  );
}
