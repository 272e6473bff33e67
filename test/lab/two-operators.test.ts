import { cp, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { holderUser } from '../../model/holder.ts';
import { kubernetesPort } from '../../activities/adapters/kubernetes.ts';
import { readBinding, readLease } from '../../holder/lease.ts';
import type { StatusDocument } from '../../model/status.ts';
import { SITE_FILES } from '../../site-folder/index.ts';
import { runningLocalServer } from '../../temporal/index.ts';
import { runningSupervisor, runningWorker } from '../../worker/index.ts';
import { signalTo } from '../support/kill.ts';
import { applianceOf } from './appliance.ts';
import { SITE, startBench } from './bench.ts';
import type { Bench, RunOptions } from './bench.ts';
import { clusterOf } from './cluster.ts';

/** Two operators on one appliance: the second takes it over in the middle of a pull while the first one sleeps, and wakes later. */
let bench: Bench;
let client: ReturnType<Bench['run']>;
let second: Required<Pick<RunOptions, 'home' | 'state'>>;
let asleep: number[] = [];
const signal = AbortSignal.timeout(30 * 60_000);

beforeAll(async () => {
  bench = await startBench(['image-slow=alga-psa-ee']);
  client = bench.run(['start', '--fresh', '--yes', ...bench.lab.flags]);
  second = { home: path.join(bench.home, '.second'), state: path.join(bench.home, '.second-state') };
}, 300_000);

afterAll(async () => {
  await bench?.run(['worker', 'stop'], second);
  for (const pid of asleep.toReversed()) signalTo(pid, 'SIGCONT');
  client?.kill('SIGINT');
  await client;
  await bench?.down();
}, 120_000);

test('the second goes on from where the first one fell asleep', async () => {
  const pulls = async (reason: string): Promise<string[]> => {
    // The kubeconfig is there once the node has handed it out.
    const { items } = await clusterOf(bench).core.listNamespacedEvent({
      namespace: 'msp',
      fieldSelector: `reason=${reason}`,
    });
    return items.map(({ message }) => message ?? '').filter((message) => message.includes('alga-psa-ee'));
  };
  await expect.poll(() => pulls('Pulling').catch(() => []), { timeout: 500_000, interval: 1_000 }).not.toEqual([]);
  asleep = await programs();
  expect(asleep).toHaveLength(4);
  for (const pid of asleep) signalTo(pid, 'SIGSTOP');

  await mkdir(second.home, { mode: 0o700 });
  await cp(path.join(bench.home, SITE), path.join(second.home, SITE), { recursive: true });
  const asked = await bench.run(['resume'], second);
  expect([asked.exitCode, asked.all]).toEqual([6, expect.stringContaining('--take-over')]);
  const taken = await bench.run(['resume', '--take-over', '--detach'], second);
  expect([taken.exitCode, taken.all]).toEqual([0, expect.stringContaining(`This machine holds ${SITE} now`)]);
  await bench.lab.setFaults([]);
}, 600_000);

test('the first, awake again, writes nothing and says who holds the site', async () => {
  for (const pid of asleep.toReversed()) signalTo(pid, 'SIGCONT');
  for (const call of [['status'], ['retry'], ['set', '--dns-servers', '192.0.2.53']]) {
    const { exitCode, all } = await bench.run(call);
    expect([call[0], exitCode, all]).toEqual([
      call[0],
      6,
      expect.stringMatching(/is held by \S+@\S+ since \S+ \(epoch 2\)/),
    ]);
  }
  const port = kubernetesPort();
  const kubeconfig = path.join(bench.home, SITE, SITE_FILES.kubeconfig);
  const cluster = await port.connect(kubeconfig);
  const bound = await readBinding(cluster, signal);
  expect((await readLease(cluster, signal))?.holder).toMatchObject(bound?.holder ?? {});
  const late = await port.connect(kubeconfig, holderUser({ operatorId: bound?.holder?.operatorId ?? '', epoch: 1 }));
  const own = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'late', namespace: 'msp' }, data: {} };
  await expect(late.apply(own, signal)).rejects.toMatchObject({ fault: 'forbidden' });
  await cluster.reader.close();
}, 120_000);

test('the second brings it to its end, and everything is made once', async () => {
  const isHealthy = ({ rollup }: StatusDocument): boolean => rollup.state === 'fully_healthy';
  const ofSecond: Bench = {
    ...bench,
    home: second.home,
    run: (words, options) => bench.run(words, { ...options, ...second }),
  };
  await applianceOf(ofSecond).until('full health', isHealthy, 900_000);
  const { effects } = await bench.lab.machine.control.state();
  expect(effects).toMatchObject({ bootstrap: 1, install: 1 });
  const { sql } = clusterOf(bench);
  expect(await sql('select (select count(*) from tenants), (select count(*) from users)')).toBe('1|1');
}, 1_000_000);

/** The first operator's programs, as the product itself finds them: who looks after others comes before them. */
async function programs(): Promise<number[]> {
  const background = await Promise.all([
    runningSupervisor(bench.home),
    runningWorker(bench.home),
    runningLocalServer(bench.home),
  ]);
  return [client.pid, ...background.map((one) => one?.pid)].filter((pid) => pid !== undefined);
}
