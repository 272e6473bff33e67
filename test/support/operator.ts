import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import { createInstallClient } from '../../client/install/install-client.ts';
import type { InstallClient } from '../../client/install/install-client.ts';
import type { StartOutcome } from '../../client/install/ordering.ts';
import { openSite, recordOrder } from '../../client/site/site.ts';
import type { InstallSpec } from '../../model/site.ts';
import { openTemporal } from '../../temporal/index.ts';
import type { TemporalAccess } from '../../temporal/index.ts';
import { temporaryFolder } from '../client/support/run-client.ts';

/** A person on a machine of their own, with a Temporal cluster that others use too. */
export interface Operator {
  readonly home: string;
  readonly access: TemporalAccess;
  readonly installs: InstallClient;
  order(spec: InstallSpec): Promise<StartOutcome>;
  /** Starts a worker; it is ready when this resolves, and ends with the test. */
  work(): Promise<void>;
}

/** An operator of the cluster that the variables name, with a separate home and state folder. */
export async function operatorOn(
  cluster: Readonly<Record<string, string>>,
  copied?: Pick<Operator, 'home'>,
): Promise<Operator> {
  const home = await temporaryFolder();
  // All that is copied from one machine to another; who uses the machine is not.
  if (copied) await cp(copied.home, home, { recursive: true, filter: (file) => !file.endsWith('/state') });
  const env = {
    HOME: home,
    XDG_STATE_HOME: join(home, 'state'),
    ...cluster,
  };
  const signal = new AbortController().signal;
  const access = await openTemporal({ home, environment: env, signal, onProgress: () => {}, start: 'never' });
  onTestFinished(() => access.close());
  const installs = createInstallClient(access, home, signal);
  return {
    home,
    access,
    installs,
    order: (spec) =>
      installs.start(spec, async (ids) => recordOrder(await openSite(home, spec.siteId), spec, new Date(), ids)),
    work: async () => {
      const argv = ['worker/main.ts', '--home', home, '--detached', '--simulate', 'all-well', '--speed', '120'];
      const worker = execa(process.execPath, argv, { env, reject: false, all: true });
      onTestFinished(async () => {
        worker.kill();
        await worker;
      });
      let said = '';
      await new Promise<void>((resolve, reject) => {
        worker.all.on('data', (chunk: Buffer) => {
          said += chunk.toString();
          if (said.includes('worker ready')) resolve();
        });
        worker.all.once('end', () => reject(new Error(said)));
      });
    },
  };
}
