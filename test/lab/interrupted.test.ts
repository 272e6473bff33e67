import { createHash, randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MENDED } from '../../lab/images/catalog.ts';
import { PHASES } from '../../model/phases.ts';
import type { PhaseId } from '../../model/phases.ts';
import { installProgress } from '../../model/progress.ts';
import type { InstallProgress } from '../../model/progress.ts';
import type { StatusDocument } from '../../model/status.ts';
import { QUERY_PROGRESS } from '../../model/workflow-contract.ts';
import { openTemporal, runningLocalServer } from '../../temporal/index.ts';
import { runningWorker } from '../../worker/index.ts';
import { applianceOf } from './appliance.ts';
import { SITE, startBench } from './bench.ts';
import { dataIdOf } from './data-id.ts';
import type { Bench } from './bench.ts';
import { clusterOf } from './cluster.ts';
import { endStateOf, machineConfigs } from './end-state.ts';
import { recordedInstall } from '../support/recorded-install.ts';

/** One install in which everything on the operator's machine dies in every phase, and the node in the middle of a pull. */
let bench: Bench;
let client: ReturnType<Bench['run']>;
const struck: PhaseId[] = [];
const TAG = '61e4a00e';
/** In which phases an input was changed, and that acknowledged. */
const changedIn: PhaseId[] = [];
/** What was changed last, and acknowledged. */
let changed: { readonly resolvers: readonly string[]; readonly tag: string };
const keys = new Set<string>();

/** Print it to play the same moments again: APPLIANCE_TEST_SEED. */
const seed = Number(process.env['APPLIANCE_TEST_SEED'] ?? randomInt(1_000_000));
const random = sequence(seed);

/** For how long a phase is known to last at least, in milliseconds: the strike comes in this time. */
const MOMENTS: Partial<Record<PhaseId, number>> = {
  host: 10_000,
  storage: 6_000,
  gitops: 6_000,
  core: 6_000,
  login: 8_000,
};
const SHORTEST_MS = 400;

beforeAll(async () => {
  console.log(`moments out of seed ${seed}`);
  bench = await startBench(['image-slow=alga-psa-ee']);
  client = bench.run(['start', '--fresh', '--yes', ...bench.lab.flags]);
}, 300_000);

afterAll(async () => {
  client?.kill('SIGINT');
  await client;
  await bench?.down();
}, 120_000);

describe('an install whose client, worker and Temporal server are killed in every phase', () => {
  for (const [index, { id }] of PHASES.entries()) {
    test(`goes on after ${id}`, async () => {
      const seen = await progressWhen((progress) => indexOf(progress.phase) >= index || progress.state === 'complete');
      if (indexOf(seen.phase) > index || seen.state === 'complete') return;
      await delay(Math.floor(random() * (MOMENTS[id] ?? SHORTEST_MS)));
      await strike();
      if (id === 'core') await rebootInPull();
      client = bench.run(['resume']);
      const phase = (await progressWhen(() => true)).phase;
      expect(indexOf(phase)).toBeGreaterThanOrEqual(index);
      struck.push(id);
      await workerAnswers();
      await change(id, index);
    }, 400_000);
  }

  test('ends fully healthy', async () => {
    console.log(`struck in ${struck.join(', ')}; changed in ${changedIn.join(', ')}`);
    const { exitCode, all } = await client;
    expect(exitCode, all).toBe(0);
    expect(struck.length).toBeGreaterThan(PHASES.length / 2);
    expect(changedIn.length).toBeGreaterThan(PHASES.length / 2);
    const isHealthy = ({ rollup }: StatusDocument): boolean => rollup.state === 'fully_healthy';
    const { topBlockers } = await applianceOf(bench).until('full health', isHealthy, 60_000);
    expect(topBlockers).toEqual([]);
  }, 600_000);

  test('runs with what was changed last, in whichever phase that was', async () => {
    const { corefile, resolvers, workloads } = await endStateOf(bench);
    expect(corefile).toContain(`forward . ${changed.resolvers.join(' ')}`);
    expect(resolvers).toEqual(changed.resolvers);
    const { is, wanted } = await machineConfigs(bench, changed.resolvers);
    expect(is).toEqual(wanted);
    const images = new Map(workloads.map(([name, all]) => [name, String(all)]));
    expect(images.get('email-service')).toMatch(new RegExp(`:${changed.tag}$`));
    const report: unknown = JSON.parse(await readFile(path.join(bench.home, SITE, 'install-report.json'), 'utf8'));
    expect(report).toMatchObject({ release: { imageTags: { emailService: changed.tag } } });
    expect((await progressNow())?.state).toBe('complete');
  });

  test('has done each thing once', async () => {
    keys.add(await keysNow());
    expect([...keys]).toHaveLength(1);
    const { effects } = await bench.lab.machine.control.state();
    expect(effects).toMatchObject({ bootstrap: 1, install: 1 });
    const { sql } = clusterOf(bench);
    expect(await sql('select count(*) from alga_bootstrap.seeding where finished_at is not null')).toBe('1');
    expect(await sql('select (select count(*) from tenants), (select count(*) from users)')).toBe('1|1');
  });

  test('is what an undisturbed install with these inputs makes', async () => {
    const before = await endStateOf(bench);
    expect(before).toMatchObject({ isDnsStale: false });
    const inputs = ['--dns-servers', changed.resolvers.join(','), '--email-service-tag', changed.tag];
    const start = await bench.run([
      'start',
      '--fresh',
      '--destroy',
      await dataIdOf(bench),
      '--yes',
      ...bench.lab.flags,
      ...inputs,
    ]);
    expect(start.exitCode, start.all).toBe(0);
    const isHealthy = ({ rollup }: StatusDocument): boolean => rollup.state === 'fully_healthy';
    await applianceOf(bench).until('full health', isHealthy, 120_000);
    expect(await endStateOf(bench)).toEqual(before);
  }, 600_000);
});

/** In every phase the resolvers are given in another order, and a background service another tag of the same image. */
async function change(id: PhaseId, index: number): Promise<void> {
  const { hostAddress, otherResolver } = bench.lab.record;
  const resolvers = index % 2 === 0 ? [otherResolver, hostAddress] : [hostAddress, otherResolver];
  const tag = index % 2 === 0 ? `${TAG}${MENDED}` : TAG;
  const set = await bench.run(['set', '--dns-servers', resolvers.join(','), '--email-service-tag', tag]);
  if (set.exitCode === 0) {
    changed = { resolvers, tag };
    changedIn.push(id);
  }
  // The install may have ended between its last phase and the change: then it says so, and takes nothing.
  else expect(set.all).toMatch(/is (?:already )?complete|no install is running|no install of .* is running/);
}

/** A query is answered by a worker alone. Once the install has come to its end there may be none any more. */
async function workerAnswers(): Promise<void> {
  const isAnswered = async (): Promise<boolean> => {
    const asked = await onServer((handle) => handle.query<InstallProgress>(QUERY_PROGRESS));
    return asked !== null || (await progressNow())?.state === 'complete';
  };
  await expect.poll(isAnswered, { timeout: 60_000, interval: 200 }).toBe(true);
}

/** kill -9 of all three at once, found as the product itself finds them. */
async function strike(): Promise<void> {
  const [worker, server] = await Promise.all([runningWorker(bench.home), runningLocalServer(bench.home)]);
  client.kill('SIGKILL');
  for (const one of [worker, server]) if (one) process.kill(one.pid, 'SIGKILL');
  await client;
  const made = await keysNow();
  if (made !== '') keys.add(made);
}

/** While nobody looks, the node is rebooted in the middle of pulling the application's image, which drips in. */
async function rebootInPull(): Promise<void> {
  const { core } = clusterOf(bench);
  const told = async (reason: string): Promise<string[]> => {
    const { items } = await core.listNamespacedEvent({ namespace: 'msp', fieldSelector: `reason=${reason}` });
    return items.map(({ message }) => message ?? '').filter((message) => message.includes('alga-psa-ee'));
  };
  await expect.poll(() => told('Pulling'), { timeout: 180_000 }).not.toEqual([]);
  expect(await told('Pulled')).toEqual([]);
  const { boots } = await bench.lab.machine.control.reboot();
  await bench.lab.machine.control.waitFor((state) => state.boots > boots && state.kubernetesReady, 180_000);
  await bench.lab.setFaults([]);
}

/** One fingerprint of the cluster's key material; empty where none is made yet. */
async function keysNow(): Promise<string> {
  const text = await readFile(path.join(bench.home, SITE, 'secrets.yaml'), 'utf8').catch(() => null); // not made yet
  return text === null ? '' : createHash('sha256').update(text).digest('hex');
}

async function progressWhen(isMeant: (progress: InstallProgress) => boolean): Promise<InstallProgress> {
  const deadline = Date.now() + 350_000;
  while (Date.now() < deadline) {
    const progress = await progressNow();
    if (progress !== null && isMeant(progress)) return progress;
    await delay(100);
  }
  throw new Error('the install did not get there');
}

async function progressNow(): Promise<InstallProgress | null> {
  const described = await onServer((handle) => handle.describe());
  const progress = described?.memo?.['progress'];
  return progress === undefined ? null : installProgress.parse(progress);
}

/** Null while no server runs, or it has not answered. */
async function onServer<T>(ask: (handle: WorkflowHandle) => Promise<T>): Promise<T | null> {
  const signal = AbortSignal.timeout(10_000);
  const options = { home: bench.home, environment: {}, signal, onProgress: () => undefined, start: 'never' } as const;
  try {
    const access = await openTemporal(options);
    try {
      const handle = access.client.workflow.getHandle(await recordedInstall(bench.home, SITE));
      return await access.client.withDeadline(Date.now() + 10_000, () => ask(handle));
    } finally {
      await access.close();
    }
  } catch {
    return null; // it is being started again
  }
}

function indexOf(phase: string): number {
  return PHASES.findIndex(({ id }) => id === phase);
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function sequence(from: number): () => number {
  let state = from;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
