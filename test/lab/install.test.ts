import { existsSync } from 'node:fs';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { LAB_ADMINISTRATOR } from '../../lab/lab.ts';
import { REGISTRY_LOG, folderOf } from '../../lab/place.ts';
import type { ActiveOperation } from '../../model/status.ts';
import { applianceOf } from './appliance.ts';
import { SITE, startBench } from './bench.ts';
import type { Bench } from './bench.ts';
import { clusterOf } from './cluster.ts';
import { describeDrift } from './drift.ts';
import { describeExistingData } from './existing-data.ts';
import { MAIL_PASSWORD, mailPassword, setMailPassword } from './mail-password.ts';
import { describeRestarts } from './restart.ts';

const upAt = z.object({ upAt: z.string() });
const seenByMonitor = z.tuple([upAt, upAt]).rest(z.unknown());

/** A fresh install of a whole appliance by the real command, and what must hold of it then. One cluster for all of it. */
let bench: Bench;
let install: Awaited<ReturnType<Bench['run']>>;
let monitor: Awaited<ReturnType<Bench['run']>>;
/** What `status` said of the pull of the application's heavy image, while it lasted. */
const pulls: { readonly rollup: string; readonly pull: ActiveOperation }[] = [];

beforeAll(async () => {
  bench = await startBench(['image-heavy-minute']);
  const installing = bench.run(['start', '--fresh', '--yes', ...bench.lab.flags]);
  const recorded = path.join(bench.home, SITE, 'site.json');
  await vi.waitUntil(() => existsSync(recorded), { timeout: 30_000 });
  const watching = bench.run(['smoke', 'monitor', '--timeout', '12m', '-o', 'json'], { timeoutMs: 800_000 });
  await watchPull(installing);
  install = await installing;
  if (install.exitCode !== 0) watching.kill('SIGINT'); // what it waits for will not come
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

  test('goes on installing while 1.8 GB drip in for a minute: which image, for how long, and why there is no percentage', async () => {
    const last = pulls.at(-1);
    expect(last?.pull).toMatchObject({
      component: 'alga-core',
      image: expect.stringMatching(/^ghcr\.io\/nine-minds\/alga-psa-ee:/),
      progressAvailable: false,
      progressReason: 'the node does not report how much of an image it has downloaded',
    });
    expect(last?.pull.elapsedSeconds).toBeGreaterThan(40);
    expect(new Set(pulls.map(({ rollup }) => rollup))).toEqual(new Set(['installing']));
    const asked = await readFile(path.join(folderOf(bench.lab.record.name), REGISTRY_LOG), 'utf8');
    expect(asked).toMatch(/GET \/v2\/nine-minds\/alga-psa-ee\/blobs\/\S+ 200\n/);
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

  test('lets the administrator in, and nobody else', async () => {
    const login = async (given: typeof LAB_ADMINISTRATOR): Promise<number> => {
      const body = JSON.stringify(given);
      const url = `http://${bench.lab.record.nodeAddress}:3000/api/auth/login`;
      return (await fetch(url, { method: 'POST', body })).status;
    };
    expect(await login(LAB_ADMINISTRATOR)).toBe(200);
    expect(await login({ ...LAB_ADMINISTRATOR, password: 'another' })).toBe(401);
    const { items } = await clusterOf(bench).core.listNamespacedSecret({ namespace: 'msp' });
    expect(items.map(({ metadata }) => metadata?.name)).not.toContain('appliance-initial-tenant');
    expect(existsSync(path.join(bench.home, SITE, 'initial-tenant.json'))).toBe(false);
  });

  test('gives the administrator another password, and ends the sessions of the old one', async () => {
    const shown = await bench.run(['admin', 'show', '-o', 'json']);
    expect(shown.exitCode, shown.all).toBe(0);
    expect(JSON.parse(shown.stdout)).toMatchObject({
      administrators: [{ email: LAB_ADMINISTRATOR.email, active: true }],
    });

    const { password } = LAB_ADMINISTRATOR;
    const session = await sessionOf(password);
    expect(await isSession(session)).toBe(true);
    const another = `Another-${password}`;
    expect(await resetTo(another)).toMatchObject({ email: LAB_ADMINISTRATOR.email, sessionsEnded: expect.any(Number) });
    expect(await isSession(session)).toBe(false);
    expect(await sessionOf(password)).toBeNull();
    expect(await isSession(await sessionOf(another))).toBe(true);
    // Back to the one that the tests after this one know.
    expect(await resetTo(password)).toMatchObject({ sessionsEnded: 1 });
    expect(await isSession(await sessionOf(password))).toBe(true);

    const { items } = await clusterOf(bench).core.listNamespacedSecret({ namespace: 'msp' });
    expect(items.map(({ metadata }) => metadata?.name)).not.toContain('appliance-admin');
    const log = await readFile(path.join(bench.home, SITE, 'actions.log'), 'utf8');
    expect(log.match(/ reset the password of /g)).toHaveLength(2);
    expect(log).not.toContain(password);
  });

  test('has its events processed in the background', async () => {
    const { ask } = clusterOf(bench);
    await applianceOf(bench).until('full health', ({ rollup }) => rollup.state === 'fully_healthy', 60_000);
    const url = `http://${bench.lab.record.nodeAddress}:3000/api/stand-in/event`;
    const body = JSON.stringify({ ...LAB_ADMINISTRATOR, type: 'TICKET_CREATED' });
    expect((await fetch(url, { method: 'POST', body })).status).toBe(200);
    const events = () => ask('workflow-worker', 4000, '/stand-in/events');
    await expect.poll(events, { timeout: 30_000 }).toMatchObject({ processed: 1, failed: 0 });
  });

  test('makes one tenant, and seeds the database once', async () => {
    const { sql } = clusterOf(bench);
    expect(await sql('select (select count(*) from tenants), (select count(*) from users)')).toBe('1|1');
    expect(await sql('select count(*) from license_state')).toBe('1');
    expect(
      await clusterOf(bench).sql('select count(*) from alga_bootstrap.seeding where finished_at is not null'),
    ).toBe('1');
  });

  test('starts its database with data checksums', async () => {
    expect(await clusterOf(bench).sql('show data_checksums')).toBe('on');
  });

  test('names the address that people opened in the links that it sends', async () => {
    const url = `http://${bench.lab.record.nodeAddress}:3000`;
    expect(await (await fetch(`${url}/api/links/appointments`)).text()).toBe(`${url}/client-portal/appointments`);
  });

  test("keeps a mailbox's password in a file of its tenant", async () => {
    expect(await mailPassword(bench)).toBeNull();
    await setMailPassword(bench);
    expect(await mailPassword(bench)).toBe(MAIL_PASSWORD);
  });

  test('keeps existing data from then on', async () => {
    const map = await clusterOf(bench).core.readNamespacedConfigMap({
      namespace: 'alga-system',
      name: 'appliance-values-alga-core',
    });
    expect(parse(map.data?.['values.yaml'] ?? '')).toMatchObject({ bootstrap: { mode: 'recover' } });
  });

  test('is healthy in every part', async () => {
    await applianceOf(bench).until('full health', ({ rollup }) => rollup.state === 'fully_healthy', 60_000);
    const { stdout, exitCode } = await bench.run(['status', '-o', 'json']);
    expect(exitCode).toBe(0);
    const status: unknown = JSON.parse(stdout);
    expect(status).toMatchObject({
      rollup: { state: 'fully_healthy' },
      topBlockers: [],
      bootstrap: { seed: { usersCount: 1 } },
    });
  });

  test('writes a report', async () => {
    const report: unknown = JSON.parse(await readFile(path.join(bench.home, SITE, 'install-report.json'), 'utf8'));
    expect(report).toMatchObject({ kind: 'InstallReport', usersCount: 1, tiers: { fullHealth: { ready: true } } });
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
    const secrets = [LAB_ADMINISTRATOR.password, MAIL_PASSWORD, ...(await clusterOf(bench).secretValues())];
    expect(secrets.length).toBeGreaterThan(10);
    const places = [install.all, ...(await filesWithoutSecrets(bench.home))];
    for (const secret of secrets) for (const text of places) expect(text.includes(secret)).toBe(false);
  });
});

describeRestarts(() => bench);
describeDrift(() => bench);
describeExistingData(() => bench);

const application = (): string => `http://${bench.lab.record.nodeAddress}:3000`;

/** Logs in as the lab's administrator; null where this password is none. */
async function sessionOf(password: string): Promise<string | null> {
  const body = JSON.stringify({ email: LAB_ADMINISTRATOR.email, password });
  const response = await fetch(`${application()}/api/auth/login`, { method: 'POST', body });
  return response.ok ? z.object({ session: z.string() }).parse(await response.json()).session : null;
}

async function isSession(session: string | null): Promise<boolean> {
  return (await fetch(`${application()}/api/auth/session`, { headers: { authorization: `Bearer ${session}` } })).ok;
}

async function resetTo(password: string): Promise<unknown> {
  const file = path.join(bench.home, 'new-password');
  await writeFile(file, `${password}\n`, { mode: 0o600 });
  const reset = await bench.run(['admin', 'reset-password', '--yes', '--password-file', file, '-o', 'json']);
  await rm(file);
  expect(reset.exitCode, reset.all).toBe(0);
  expect(reset.all).not.toContain(password);
  return JSON.parse(reset.stdout);
}

/** Looks from the first sight of the pull until it is over, or the install is. */
async function watchPull(installing: ReturnType<Bench['run']>): Promise<void> {
  const appliance = applianceOf(bench);
  let over = false;
  void installing.finally(() => (over = true));
  while (!over) {
    const { rollup, activeOperations } = await appliance.status();
    const pull = activeOperations.find(({ kind, component }) => kind === 'image-pull' && component === 'alga-core');
    if (pull) pulls.push({ rollup: rollup.state, pull });
    else if (pulls.length > 0) return;
    await delay(1_000);
  }
}

/** Everything that the client keeps, but for the site's folder, which is there to hold keys: logs, database, report. */
async function filesWithoutSecrets(home: string): Promise<string[]> {
  const temporal = path.join(home, '.temporal');
  const found = await readdir(temporal, { recursive: true, withFileTypes: true });
  const files = found.filter((one) => one.isFile()).map(({ parentPath, name }) => path.join(parentPath, name));
  files.push(path.join(home, SITE, 'install-report.json'), path.join(home, SITE, 'site.json'));
  return Promise.all(files.map((file) => readFile(file, 'latin1')));
}
