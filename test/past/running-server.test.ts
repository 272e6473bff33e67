import { spawn } from 'node:child_process';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { statusDocument } from '../../model/status.ts';
import { freePort, isAlive } from '../../system/processes.ts';
import { resolveProgram } from '../../tools/resolve.ts';
import { stopBackground } from '../../worker/index.ts';
import { temporaryFolder } from '../client/support/run-client.ts';
import { needs } from '../support/needs.ts';
import { PAST } from './fixtures.ts';

needs('temporal', 'temporal-local');

const ENTRY = join(import.meta.dirname, '../../client/entry.ts');
const record = z.object({ pid: z.number(), address: z.string(), certificates: z.object({}).optional() });

/** A home of 90c30a0 on which its server runs, and something in the place of its detached worker: what is asked is who is ended. */
async function runningHome() {
  const folder = await temporaryFolder();
  await execa('tar', ['-xzf', join(PAST, 'home.tar.gz'), '-C', folder]);
  const home = join(folder, 'appliance-home');
  const simulated = join(home, '.simulation');
  onTestFinished(async () => {
    await stopBackground({ home: simulated });
  });
  const at = (name: string) => join(simulated, '.temporal', name);
  const { path } = await resolveProgram('temporal');
  const port = await freePort();
  const server = spawn(
    path,
    `server start-dev --headless --ip 127.0.0.1 --port ${port} --namespace appliance --log-level never`
      .split(' ')
      .concat('--db-filename', at('temporal.db')),
    { stdio: 'ignore' },
  );
  // By its program, and by the folder on its command line, a worker is known.
  const program = join(folder, 'worker', 'main.ts');
  await mkdir(dirname(program));
  await writeFile(program, 'setInterval(() => {}, 1000);\n');
  const worker = spawn(process.execPath, [program, '--home', simulated, '--detached'], { stdio: 'ignore' });
  onTestFinished(() => {
    server.kill('SIGKILL');
    worker.kill('SIGKILL');
  });
  const address = `127.0.0.1:${port}`;
  const startedAt = new Date().toISOString();
  await writeFile(at('server.json'), JSON.stringify({ pid: server.pid, address, version: '1.5.1', startedAt }));
  const simulate = { scenario: 'slow-core-pull', speed: 1 };
  await writeFile(
    at('worker.json'),
    JSON.stringify({ pid: worker.pid, startedAt, detached: true, address, local: true, simulate }),
  );
  await untilAnswers(address);
  const env = {
    ALGA_APPLIANCE_HOME: home,
    HOME: folder,
    XDG_STATE_HOME: join(folder, 'state'),
    XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? '/', '.cache'),
  };
  return {
    at,
    address,
    server: server.pid ?? 0,
    worker: worker.pid ?? 0,
    client: (...args: string[]) => execa(process.execPath, [ENTRY, ...args], { env, reject: false, timeout: 120_000 }),
  };
}

async function untilAnswers(address: string): Promise<void> {
  for (let left = 60; left > 0; left -= 1) {
    const connection = await Connection.connect({ address, connectTimeout: 1_000 }).catch(() => null);
    if (connection) return connection.close();
    await delay(250);
  }
  throw new Error(`the server at ${address} does not answer`);
}

const readRecord = async (file: string) => record.parse(JSON.parse(await readFile(file, 'utf8')));

test.each([
  ['as it was written down', async () => {}],
  ['with nothing written down', async (file: string) => writeFile(file, '')],
])(
  'a server of the earlier client that runs, %s, makes place for one that takes only its operator; the install goes on',
  async (_what, spoil) => {
    const past = await runningHome();
    await spoil(past.at('server.json'));
    const told = await past.client('status', '--site', 'pulling', '-o', 'json');
    expect(statusDocument.parse(JSON.parse(told.stdout)).install).toMatchObject({
      state: 'running',
      phase: 'bootstrap',
    });
    expect(told.stderr).toContain('adopting the database of the earlier Temporal server');

    expect([isAlive(past.server), isAlive(past.worker)]).toEqual([false, false]);
    const now = await readRecord(past.at('server.json'));
    expect(now.certificates).toBeDefined();
    // The worker of the earlier client cannot speak to it: it asks there for ever, and is known by that.
    expect(now.address).not.toBe(past.address);
    const worker = await readRecord(past.at('worker.json'));
    expect([worker.address, worker.pid === past.worker]).toEqual([now.address, false]);
    expect((await readFile(past.at('temporal.db.version'), 'utf8')).trim()).toBe('server 1.29.1');
    expect((await stat(past.at('temporal.db.before-1.5.1'))).mode & 0o777).toBe(0o600);
  },
  180_000,
);

test('a database that is damaged ends a command with 7, the way out in words, and leaves everything as it is', async () => {
  const folder = await temporaryFolder();
  await execa('tar', ['-xzf', join(PAST, 'home-real.tar.gz'), '-C', folder]);
  const home = join(folder, 'appliance-home');
  onTestFinished(async () => {
    await stopBackground({ home });
  });
  const file = join(home, '.temporal', 'temporal.db');
  await writeFile(file, 'not a database, but long enough to have been one once. '.repeat(100));
  const env = {
    ALGA_APPLIANCE_HOME: home,
    HOME: folder,
    XDG_STATE_HOME: join(folder, 'state'),
    XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? '/', '.cache'),
  };
  const client = (...args: string[]) => execa(process.execPath, [ENTRY, ...args], { env, reject: false });
  const { exitCode, stderr } = await client('resume');
  expect([exitCode, stderr]).toEqual([7, expect.stringContaining(`${file}, is damaged (file is not a database)`)]);
  expect(stderr).not.toContain('defect');
  // The way out, as it is told.
  const [, from = '', to = ''] = /`mv (\S+) (\S+)`/.exec(stderr) ?? [];
  expect(from).toBe(file);
  await rename(from, to);
  expect((await client('resume')).stderr).toContain('no install of office on this machine');
}, 120_000);
