import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { SITE, startBench } from './bench.ts';
import type { Bench } from './bench.ts';
import { clusterOf } from './cluster.ts';
import { describeExistingData } from './existing-data.ts';
import { describeRestarts } from './restart.ts';

const upAt = z.object({ upAt: z.string() });
const seenByMonitor = z.tuple([upAt, upAt]);

/** A fresh install of a whole appliance by the real command, and what must hold of it then. One cluster for all of it. */
let bench: Bench;
let install: Awaited<ReturnType<Bench['run']>>;
let monitor: Awaited<ReturnType<Bench['run']>>;

beforeAll(async () => {
  bench = await startBench();
  const installing = bench.run(['start', '--fresh', '--yes', ...bench.lab.flags]);
  const recorded = path.join(bench.home, SITE, 'site.json');
  await vi.waitUntil(() => existsSync(recorded), { timeout: 30_000 });
  const watching = bench.run(['smoke', 'monitor', '--timeout', '12m', '-o', 'json'], { timeoutMs: 800_000 });
  install = await installing;
  monitor = await watching;
}, 900_000);

afterAll(() => bench?.down(), 120_000);

describe('a fresh install', () => {
  test('ends well, having told that people can log in and that all is done', () => {
    expect(install.exitCode, install.all).toBe(0);
    expect(install.all).toContain(`LOGIN_READY http://${bench.lab.record.nodeAddress}:3000`);
    expect(install.all).toContain('the install is complete');
    expect(install.all).not.toMatch(/ blocked: /);
  });

  test('shows its status page before the application answers, as `smoke` tells', async () => {
    expect(monitor.exitCode, monitor.all).toBe(0);
    const [page, application] = seenByMonitor.parse(JSON.parse(monitor.stdout));
    expect(Date.parse(page.upAt)).toBeLessThan(Date.parse(application.upAt));
    const verified = await bench.run(['smoke', 'verify']);
    expect(verified.exitCode, verified.all).toBe(0);
  });

  test('leads to the login', async () => {
    const response = await fetch(`http://${bench.lab.record.nodeAddress}:3000/`, { redirect: 'manual' });
    expect(response.status).toBe(307);
    expect(response.headers.get('location')).toBe('/msp/dashboard');
  });

  test('seeds the database once', async () => {
    expect(await clusterOf(bench).sql('select count(*) from users')).toBe('2');
    expect(
      await clusterOf(bench).sql('select count(*) from alga_bootstrap.seeding where finished_at is not null'),
    ).toBe('1');
  });

  test('keeps existing data from then on', async () => {
    const map = await clusterOf(bench).core.readNamespacedConfigMap({
      namespace: 'alga-system',
      name: 'appliance-values-alga-core',
    });
    expect(parse(map.data?.['values.yaml'] ?? '')).toMatchObject({ bootstrap: { mode: 'recover' } });
  });

  test('is healthy in every part', async () => {
    const { stdout, exitCode } = await bench.run(['status', '-o', 'json']);
    expect(exitCode).toBe(0);
    const status: unknown = JSON.parse(stdout);
    expect(status).toMatchObject({
      rollup: { state: 'fully_healthy' },
      topBlockers: [],
      bootstrap: { seed: { usersCount: 2 } },
    });
  });

  test('writes a report', async () => {
    const report: unknown = JSON.parse(await readFile(path.join(bench.home, SITE, 'install-report.json'), 'utf8'));
    expect(report).toMatchObject({ kind: 'InstallReport', usersCount: 2, tiers: { fullHealth: { ready: true } } });
  });

  test('bootstraps the machine once, and hands it one configuration', async () => {
    const { effects } = await bench.lab.machine.control.state();
    expect(effects).toMatchObject({ bootstrap: 1, install: 1 });
  });

  test('takes less than 3 GB of memory for all that the lab runs', async () => {
    const bytes = await bench.memory();
    console.log(`memory of the lab: ${(bytes / 1e9).toFixed(2)} GB`);
    expect(bytes).toBeLessThan(3e9);
  });

  test('leaves no secret where none may be', async () => {
    const secrets = await clusterOf(bench).secretValues();
    expect(secrets.length).toBeGreaterThan(10);
    const places = [install.all, ...(await filesWithoutSecrets(bench.home))];
    for (const secret of secrets) for (const text of places) expect(text.includes(secret)).toBe(false);
  });
});

describeRestarts(() => bench);
describeExistingData(() => bench);

/** Everything that the client keeps, but for the site's folder, which is there to hold keys: logs, database, report. */
async function filesWithoutSecrets(home: string): Promise<string[]> {
  const temporal = path.join(home, '.temporal');
  const files = (await readdir(temporal)).map((name) => path.join(temporal, name));
  files.push(path.join(home, SITE, 'install-report.json'), path.join(home, SITE, 'site.json'));
  return Promise.all(files.map((file) => readFile(file, 'latin1')));
}
