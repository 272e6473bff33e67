import { spawn } from 'node:child_process';
import { appendFile, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { installProgress } from '../../model/progress.ts';
import type { InstallProgress } from '../../model/progress.ts';
import { siteFolder } from '../../site-folder/index.ts';
import { installIn, readSiteRecord } from '../../site-folder/record.ts';
import { isAlive, processesWith } from '../../system/processes.ts';
import { openTemporal, runningLocalServer } from '../../temporal/index.ts';
import { runningSupervisor, runningWorker } from '../../worker/index.ts';
import { temporaryHome } from '../support/home.ts';
import { killAtOnce } from '../support/kill.ts';
import { needs } from '../support/needs.ts';

needs('temporal-local', 'built-client');

const SITE = 'simulated';
/** The built client: from its sources each worker would bundle the workflows anew. */
const CLIENT = 'dist/client.mjs';

/** temporal.api.enums.v1.PendingActivityState: a worker has it. */
const STARTED: temporal.api.enums.v1.PendingActivityState = 2;

const PATIENCE = { timeout: 90_000, interval: 250 };

interface Station {
  /** The folder under which the simulated site lives. */
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  run(...argv: string[]): Promise<{ exitCode: number | undefined; stdout: string; stderr: string }>;
  progress(): Promise<InstallProgress | null>;
  /** How many steps a worker has in hand, as the server knows it. */
  inHand(): Promise<number>;
  /** Every process of ours that works for this home, the server included. */
  processes(): Promise<number[]>;
}

/** An operator's machine: the client as a process of its own, from its sources. */
async function station(more: Readonly<Record<string, string>> = {}): Promise<Station> {
  const root = await temporaryHome();
  const home = await temporaryHome(join(root, '.simulation'));
  const env = { ALGA_APPLIANCE_HOME: root, XDG_STATE_HOME: join(root, '.state'), ...more };
  const ask = async <T>(question: (description: WorkflowExecutionDescription) => T): Promise<T | null> => {
    const signal = AbortSignal.timeout(10_000);
    const options = { home, environment: env, signal, onProgress: () => {}, start: 'never' } as const;
    const access = await openTemporal(options).catch(() => null);
    if (!access) return null;
    try {
      const workflowId = installIn(await readSiteRecord(siteFolder(home, SITE))) ?? '';
      const description = await access.client.workflow
        .getHandle(workflowId)
        .describe()
        .catch(() => null);
      return description && question(description);
    } finally {
      await access.close();
    }
  };
  return {
    home,
    env,
    run: async (...argv) => {
      const { exitCode, stdout, stderr } = await execa(process.execPath, [CLIENT, ...argv, '--site', SITE], {
        env,
        reject: false,
        timeout: 90_000,
        stdin: 'ignore',
      });
      return { exitCode, stdout, stderr };
    },
    progress: () => ask(({ memo }) => installProgress.safeParse(memo?.['progress']).data ?? null),
    inHand: async () =>
      (await ask(({ raw }) => raw.pendingActivities?.filter(({ state }) => state === STARTED).length)) ?? 0,
    processes: async () => {
      const found = await Promise.all([processesWith(home), processesWith(join(home, '.temporal', 'temporal.db'))]);
      return found.flat().map(({ pid }) => pid);
    },
  };
}

async function pids({ home }: Station) {
  const [worker, server, supervisor] = await Promise.all([
    runningWorker(home),
    runningLocalServer(home),
    runningSupervisor(home),
  ]);
  return { worker: worker?.pid ?? 0, server: server?.pid ?? 0, supervisor: supervisor?.pid ?? 0 };
}

async function untilComplete(at: Station): Promise<void> {
  await expect.poll(async () => (await at.progress())?.state, PATIENCE).toBe('complete');
}

test('worker, server and supervisor are killed, each alone and nobody helps but for the supervisor: the install ends', async () => {
  const at = await station();
  expect(await at.run('start', '--fresh', '--simulate', '--speed', '30', '--detach', '--yes')).toMatchObject({
    exitCode: 0,
  });
  const first = await pids(at);
  expect(Object.values(first).every((pid) => pid > 0)).toBe(true);

  // A long step: a short one may be over before the worker is dead.
  await expect.poll(async () => (await at.progress())?.phase, PATIENCE).toBe('core');
  await expect.poll(() => at.inHand(), PATIENCE).toBe(1);
  killAtOnce(first.worker);
  await expect.poll(async () => (await pids(at)).worker, PATIENCE).not.toBeOneOf([0, first.worker]);
  const log = await readFile(join(at.home, '.temporal', 'supervisor.log'), 'utf8');
  expect(log).toContain('restarted the steps of the worker that ended: 1');
  // The one that looked after the server alone has made way for it, without a word of a defect.
  expect(log).not.toContain('AbortError');

  killAtOnce(first.server);
  await expect.poll(async () => (await pids(at)).server, PATIENCE).not.toBeOneOf([0, first.server]);

  const second = await pids(at);
  expect(second.supervisor).toBe(first.supervisor);
  killAtOnce(second.supervisor);
  expect(await at.run('resume', '--detach')).toMatchObject({ exitCode: 0 });
  const third = await pids(at);
  expect(third).toMatchObject({ worker: second.worker, server: second.server });
  expect(third.supervisor).not.toBeOneOf([0, second.supervisor]);
  await untilComplete(at);
}, 240_000);

test('a client of another build replaces the worker in mid-step, and its supervisor', async () => {
  const at = await station();
  await at.run('start', '--fresh', '--simulate', '--speed', '90', '--detach', '--yes');
  const before = await pids(at);
  for (const name of ['worker.json', 'supervisor.json']) {
    const file = join(at.home, '.temporal', name);
    await writeFile(file, (await readFile(file, 'utf8')).replace(/"digest": "[0-9a-f]+"/, '"digest": "0ther"'));
  }
  const { exitCode, stderr } = await at.run('resume', '--detach');
  expect(stderr).toContain(`the running worker (process ${before.worker}) is another build of appliance-client`);
  expect(exitCode).toBe(0);
  const after = await pids(at);
  expect(after.worker).not.toBeOneOf([0, before.worker]);
  expect(after.supervisor).not.toBeOneOf([0, before.supervisor]);
  expect([isAlive(before.worker), isAlive(before.supervisor)]).toEqual([false, false]);
  await untilComplete(at);
}, 240_000);

test('a worker that is tied to a terminal is none to leave an install to', async () => {
  const at = await station();
  const terminal = execa(
    process.execPath,
    [CLIENT, 'start', '--fresh', '--simulate', '--speed', '40', '--yes', '--site', SITE],
    { env: at.env, reject: false, stdin: 'ignore' },
  );
  await expect.poll(async () => (await runningWorker(at.home))?.detached, PATIENCE).toBe(false);
  const tied = await pids(at);
  const { exitCode, stderr } = await at.run('resume', '--detach');
  expect(stderr).toContain(`(process ${tied.worker}) is tied to a terminal and would end with it`);
  expect(exitCode).toBe(0);
  // The first terminal has seen its worker end, and follows what goes on in the background.
  let told = '';
  await new Promise<void>((resolve) => {
    terminal.stderr.on('data', (chunk: Buffer) => {
      told += chunk.toString();
      if (told.includes('continues the install')) resolve();
    });
  });
  terminal.kill('SIGKILL');
  await terminal;
  expect((await runningWorker(at.home))?.detached).toBe(true);
  await untilComplete(at);
}, 240_000);

test('after a boot the supervisor alone, as a service begins it, brings everything up', async () => {
  const at = await station();
  await at.run('start', '--fresh', '--simulate', '--speed', '90', '--detach', '--yes');
  const { supervisor, worker, server } = await pids(at);
  for (const pid of [supervisor, worker, server]) killAtOnce(pid);
  await expect.poll(() => [supervisor, worker, server].some(isAlive)).toBe(false);
  const service = spawn(
    process.execPath,
    ['dist/supervisor.mjs', '--home', at.home, '--worker', '--simulate', 'all-well', '--speed', '90'],
    { env: { ...process.env, ...at.env }, stdio: 'ignore' },
  );
  await untilComplete(at);
  expect((await runningSupervisor(at.home))?.pid).toBe(service.pid);
}, 240_000);

test('nothing goes on in the background once no install is left, and an open one is kept', async () => {
  const at = await station({ APPLIANCE_IDLE_GRACE_MS: '400' });
  await at.run('start', '--fresh', '--simulate', 'dns-refused', '--detach', '--yes');
  await expect.poll(async () => (await at.progress())?.state, PATIENCE).toBe('parked');
  const kept = await pids(at);
  expect(Object.values(kept).every((pid) => pid > 0)).toBe(true);
  expect(await at.run('cancel', '--yes')).toMatchObject({ exitCode: 0 });
  await expect.poll(() => at.processes(), PATIENCE).toEqual([]);
}, 240_000);

test('worker stop ends all three, and they stay ended', async () => {
  const at = await station();
  await at.run('start', '--fresh', '--simulate', '--detach', '--yes');
  const { supervisor } = await pids(at);
  const { stdout } = await at.run('worker', 'stop');
  expect(stdout).toContain('Stopped the supervisor, the worker and the Temporal server of simulated installs.');
  expect(isAlive(supervisor)).toBe(false);
  expect(await at.processes()).toEqual([]);
}, 120_000);

test.each([
  ['is empty', (file: string) => writeFile(file, '')],
  ['is gone', (file: string) => rm(file)],
])(
  'a worker whose record %s is found, and no second one is started',
  async (_, spoil) => {
    const at = await station();
    await at.run('start', '--fresh', '--simulate', 'dns-refused', '--detach', '--yes');
    const before = await pids(at);
    await spoil(join(at.home, '.temporal', 'worker.json'));
    expect((await runningWorker(at.home))?.pid).toBe(before.worker);
    killAtOnce(before.supervisor);
    const { exitCode } = await at.run('resume', '--detach');
    expect(exitCode).toBe(0);
    const workers = (await processesWith(at.home)).filter(({ words }) =>
      words.some((word) => word.endsWith('main.mjs')),
    );
    expect(workers.map(({ pid }) => pid)).toEqual([(await runningWorker(at.home))?.pid]);
  },
  120_000,
);

test('another program on the process id of a worker is no worker, and is left alone', async () => {
  const at = await station();
  const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', at.home], { stdio: 'ignore' });
  onTestFinished(() => void stranger.kill('SIGKILL'));
  const record = {
    apiVersion: 'appliance.alga-psa/v1',
    kind: 'Worker',
    pid: stranger.pid,
    startedAt: new Date().toISOString(),
    detached: true,
    address: '127.0.0.1:7233',
    local: true,
    simulate: null,
  };
  for (const start of [{}, { start: 'another boot/1' }]) {
    await rm(join(at.home, '.temporal'), { recursive: true, force: true });
    await at.run('worker', 'status');
    const { privateFolder } = await import('../../site-folder/index.ts');
    await privateFolder(join(at.home, '.temporal')).write('worker.json', JSON.stringify({ ...record, ...start }));
    expect(await runningWorker(at.home)).toBeNull();
    expect((await at.run('worker', 'stop')).stdout).toContain('Nothing was running.');
    expect(isAlive(stranger.pid ?? 0)).toBe(true);
  }
}, 60_000);

test('logs that grow while the processes run are put aside', async () => {
  const at = await station();
  await at.run('start', '--fresh', '--simulate', 'dns-refused', '--detach', '--yes');
  const log = join(at.home, '.temporal', 'server.log');
  await appendFile(log, `${'x'.repeat(1023)}\n`.repeat(9 * 1024));
  await expect.poll(async () => (await stat(`${log}.1`).catch(() => null))?.size ?? 0, PATIENCE).toBeGreaterThan(9e6);
  expect((await stat(log)).size).toBeLessThan(1e6);
  expect((await stat(`${log}.1`)).mode & 0o777).toBe(0o600);
}, 120_000);

test('a folder that is removed is not made anew', async () => {
  const at = await station();
  await at.run('start', '--fresh', '--simulate', 'dns-refused', '--detach', '--yes');
  // What runs there may write while the folder goes.
  await rm(at.home, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  await expect.poll(() => at.processes(), PATIENCE).toEqual([]);
  expect(await readdir(at.home, { recursive: true }).catch(() => [])).toEqual([]);
}, 120_000);

test('the local server of an install in a terminal ends, too, once nobody needs it', async () => {
  const at = await station({ APPLIANCE_IDLE_GRACE_MS: '8000' });
  const { exitCode } = await at.run('start', '--fresh', '--simulate', '--speed', '60', '--yes');
  expect(exitCode).toBe(0);
  await expect.poll(() => at.processes(), PATIENCE).toEqual([]);
}, 120_000);
