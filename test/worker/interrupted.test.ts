import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { installProgress } from '../../model/progress.ts';
import { openTemporal, runningLocalServer } from '../../temporal/index.ts';
import { runningSupervisor, runningWorker } from '../../worker/index.ts';
import { temporaryHome } from '../support/home.ts';
import { killAtOnce } from '../support/kill.ts';
import { needs } from '../support/needs.ts';
import { recordedInstall } from '../support/recorded-install.ts';

needs('temporal-local');

const SITE = 'simulated';

interface Installation {
  /** The folder under which a simulated site lives, apart from real ones. */
  readonly home: string;
  run(...argv: string[]): Promise<{ exitCode: number | undefined; stdout: string; stderr: string }>;
}

/** The client as a process of its own, as a person starts it. */
async function installation(): Promise<Installation> {
  const root = await temporaryHome();
  const home = await temporaryHome(join(root, '.simulation'));
  return {
    home,
    run: async (...argv) => {
      const { exitCode, stdout, stderr } = await execa(process.execPath, ['client/entry.ts', ...argv, '--site', SITE], {
        env: { ALGA_APPLIANCE_HOME: root },
        reject: false,
        timeout: 50_000,
        stdin: 'ignore',
      });
      return { exitCode, stdout, stderr };
    },
  };
}

async function progressOf({ home }: Installation) {
  const access = await openTemporal({
    home,
    environment: {},
    signal: AbortSignal.timeout(40_000),
    onProgress: () => {},
    start: 'on-demand',
  });
  try {
    const { memo } = await access.client.workflow.getHandle(await recordedInstall(home, SITE)).describe();
    return memo?.['progress'] === undefined ? null : installProgress.parse(memo['progress']);
  } finally {
    await access.close();
  }
}

test('status answers without a worker, and a server that died is started again for it', async () => {
  const { run, home } = await installation();
  await run('start', '--fresh', '--simulate', 'dns-refused', '--detach', '--yes');
  await expect.poll(async () => (await run('status', '-o', 'json')).exitCode, { timeout: 40_000 }).toBe(4);
  killAtOnce((await runningSupervisor(home))?.pid);
  killAtOnce((await runningWorker(home))?.pid);
  killAtOnce((await runningLocalServer(home))?.pid);

  const { exitCode, stdout } = await run('status', '-o', 'json');
  expect(exitCode).toBe(4);
  const status: unknown = JSON.parse(stdout);
  expect(status).toMatchObject({
    rollup: { state: 'failed_action_required' },
    topBlockers: [{ code: 'dns-resolution-failure', tier: 'platform' }],
    install: { phase: 'host', state: 'parked' },
  });
  expect(await runningWorker(home)).toBeNull();
}, 120_000);

test('a worker that plays another scenario is replaced, and it is said', async () => {
  const { run, home } = await installation();
  await run('start', '--fresh', '--simulate', 'dns-refused', '--detach', '--yes');
  const first = await runningWorker(home);
  await run('cancel', '--yes');
  const { exitCode, stderr } = await run('start', '--fresh', '--simulate', 'all-well', '--detach', '--yes');
  expect(exitCode).toBe(0);
  expect(stderr).toContain(`(process ${first?.pid}) simulates dns-refused instead of all-well: replacing it`);
  const second = await runningWorker(home);
  expect(second?.simulate?.scenario).toBe('all-well');
  expect(second?.pid).not.toBe(first?.pid);
}, 120_000);

test('killed again and again at any moment, resume ends the install, and the keys are made once', async () => {
  const installed = await installation();
  const { run, home } = installed;
  await run('start', '--fresh', '--simulate', 'all-well', '--detach', '--yes', '--speed', '90');
  const keys = new Set<string>();
  const killedIn = new Set<string>();
  for (let round = 1; round <= 4; round += 1) {
    await delay(Math.random() * 3_000);
    const progress = await progressOf(installed);
    if (progress?.state === 'complete') break;
    killedIn.add(progress?.phase ?? 'preflight');
    keys.add(await readFile(join(home, SITE, 'secrets.yaml'), 'utf8').catch(() => 'none yet'));
    // The worker, both, the server alone: a worker that outlives its server finds it again.
    const victims = [
      round % 3 === 0 ? null : await runningWorker(home),
      round % 3 === 1 ? null : await runningLocalServer(home),
    ];
    for (const victim of victims) if (victim) killAtOnce(victim.pid);
    const resumed = await run('resume', '--detach');
    expect(resumed).toMatchObject({ exitCode: 0 });
  }
  await expect
    .poll(async () => (await progressOf(installed))?.state, { timeout: 90_000, interval: 1_000 })
    .toBe('complete');
  keys.add(await readFile(join(home, SITE, 'secrets.yaml'), 'utf8'));
  keys.delete('none yet');
  expect(keys.size).toBe(1);
  expect(killedIn.size).toBeGreaterThan(0);
  const report: unknown = JSON.parse(await readFile(join(home, SITE, 'install-report.json'), 'utf8'));
  expect(report).toMatchObject({ kind: 'InstallReport', usersCount: 4 });
}, 240_000);
