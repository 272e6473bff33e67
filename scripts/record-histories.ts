import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { SCENARIOS } from '../simulation/index.ts';
import { playToEnd } from '../test/support/plays.ts';
import { packHistory } from '../test/support/recorded-history.ts';
import type { RecordedHistory } from '../test/support/recorded-history.ts';
import { beginInstall } from '../test/support/simulated-install.ts';
import { localEnvironment } from '../test/support/workflow-environment.ts';

/**
 * `npm run replay:record [scenario…]`: plays every scenario through the real workflow and activities and writes the workflow's
 * history to test/workflows/replay/. A recorded history is a promise: newer workflow code must still replay it. Record again
 * only for a scenario that is new, or whose history no released client has started.
 */
const FOLDER = join(import.meta.dirname, '..', 'test', 'workflows', 'replay');
const SPEED = 300;
const manifest = z.object({ version: z.string(), dependencies: z.record(z.string(), z.string()) });

const wanted = process.argv.slice(2);
const scenarios = SCENARIOS.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
if (scenarios.length < Math.max(1, wanted.length)) {
  throw new Error(`no such scenario; choose from ${SCENARIOS.map(({ name }) => name).join(', ')}`);
}

// A folder of the same name on every machine: paths stand in the history.
const home = join(tmpdir(), 'appliance-recording');
const product = manifest.parse(JSON.parse(await readFile(join(FOLDER, '..', '..', '..', 'package.json'), 'utf8')));
await mkdir(FOLDER, { recursive: true });
const environment = await localEnvironment();
try {
  for (const { name } of scenarios) {
    await rm(home, { recursive: true, force: true });
    const install = await beginInstall({ environment, scenario: name, home, speed: SPEED, identity: 'recorder' });
    try {
      const { state } = await playToEnd(install, name);
      await install.handle.result().catch((error: unknown) => {
        if (state !== 'cancelled') throw error;
      });
      const recorded: RecordedHistory = {
        scenario: name,
        workflowId: install.handle.workflowId,
        recordedAt: new Date().toISOString(),
        version: product.version,
        temporalSdk: product.dependencies['@temporalio/workflow'] ?? 'unknown',
        end: state,
        ...packHistory(await install.handle.fetchHistory()),
      };
      await writeFile(join(FOLDER, `${name}.json`), `${JSON.stringify(recorded, null, 2)}\n`);
      console.log(`${name}: ${state}, ${recorded.events} events, ${Math.round(recorded.bytes / 1024)} KiB`);
    } finally {
      await install.close();
    }
  }
} finally {
  await environment.teardown();
  await rm(home, { recursive: true, force: true });
}
