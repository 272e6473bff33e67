import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { execa } from 'execa';
import { openTemporal } from '../temporal/index.ts';
import { recordedInstall } from '../test/support/recorded-install.ts';
import { stopBackground } from '../worker/index.ts';

const SITE = 'simulated';

/** One simulated install by the built client, with worker and server as processes of their own. */
export interface BenchInstall {
  /** Folder of the simulated site, its server and its worker. */
  readonly home: string;
  run(...argv: string[]): Promise<void>;
  describe(): Promise<WorkflowExecutionDescription>;
  close(): Promise<void>;
}

/** Starts a simulated install of a scenario in a new folder; `speed` is how much faster than real time it runs. */
export async function beginBenchInstall(scenario: string, speed: number): Promise<BenchInstall> {
  const root = await mkdtemp(join(tmpdir(), 'appliance-bench-'));
  const home = join(root, '.simulation');
  const run = async (...argv: string[]): Promise<void> => {
    await execa(process.execPath, ['dist/client.mjs', ...argv, '--site', SITE], {
      env: { ALGA_APPLIANCE_HOME: root },
      timeout: 120_000,
      stdin: 'ignore',
    });
  };
  await run('start', '--fresh', '--simulate', scenario, '--speed', String(speed), '--detach', '--yes');
  return {
    home,
    run,
    describe: async () => {
      const signal = AbortSignal.timeout(60_000);
      const access = await openTemporal({ home, environment: {}, signal, onProgress: () => {}, start: 'never' });
      try {
        return await access.client.workflow.getHandle(await recordedInstall(home, SITE)).describe();
      } finally {
        await access.close();
      }
    },
    close: async () => {
      await stopBackground({ home });
      await rm(root, { recursive: true, force: true });
    },
  };
}
