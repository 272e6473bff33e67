import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { SITE, startBench } from './bench.ts';
import type { Bench } from './bench.ts';
import { clusterOf } from './cluster.ts';

/** A fresh install of a whole appliance by the real command, and what must hold of it then. One cluster for all of it. */
let bench: Bench;
let install: { readonly exitCode: number | undefined; readonly all: string };
const seen = new Map<string, number>();

beforeAll(async () => {
  bench = await startBench();
  const { nodeAddress } = bench.lab.record;
  const watching = new AbortController();
  const watched = [
    firstAnswer('page', `http://${nodeAddress}:8080/healthz`, watching.signal),
    firstAnswer('application', `http://${nodeAddress}:3000/`, watching.signal),
  ];
  const result = await bench.run(['start', '--fresh', '--yes', ...bench.lab.flags]);
  watching.abort();
  await Promise.all(watched);
  install = { exitCode: result.exitCode, all: result.all };
}, 900_000);

afterAll(() => bench?.down(), 120_000);

describe('a fresh install', () => {
  test('ends well, having told that people can log in and that all is done', () => {
    expect(install.exitCode, install.all).toBe(0);
    expect(install.all).toContain(`LOGIN_READY http://${bench.lab.record.nodeAddress}:3000`);
    expect(install.all).toContain('the install is complete');
    expect(install.all).not.toMatch(/ blocked: /);
  });

  test('shows its status page before the application answers', () => {
    expect(seen.get('page')).toBeLessThan(seen.get('application') ?? 0);
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

  test('leaves no secret where none may be', async () => {
    const secrets = await clusterOf(bench).secretValues();
    expect(secrets.length).toBeGreaterThan(10);
    const places = [install.all, ...(await filesWithoutSecrets(bench.home))];
    for (const secret of secrets) for (const text of places) expect(text.includes(secret)).toBe(false);
  });
});

async function firstAnswer(name: string, url: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(2_000) }).catch(() => null); // not there yet
    if (answer !== null && answer.status < 400) return void seen.set(name, Date.now());
    await delay(200);
  }
}

/** Everything that the client keeps, but for the site's folder, which is there to hold keys: logs, database, report. */
async function filesWithoutSecrets(home: string): Promise<string[]> {
  const temporal = path.join(home, '.temporal');
  const files = (await readdir(temporal)).map((name) => path.join(temporal, name));
  files.push(path.join(home, SITE, 'install-report.json'), path.join(home, SITE, 'site.json'));
  return Promise.all(files.map((file) => readFile(file, 'latin1')));
}
