import { readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { ResultPromise } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { statusDocument } from '../../model/status.ts';
import { stopBackground } from '../../worker/index.ts';
import { temporaryFolder } from '../client/support/run-client.ts';
import { needs } from '../support/needs.ts';
import { PAST } from './fixtures.ts';

needs('temporal-local');

const SPEED = 150;
const ENTRY = join(import.meta.dirname, '../../client/entry.ts');

/** Unpacks a past home as it was when the power went, and gives the client of today over it. */
async function pastHome(archive: string): Promise<(...args: string[]) => ResultPromise<{ reject: false }>> {
  const { client } = await unpacked(archive);
  return client;
}

/** The same, and where it lies. */
async function unpacked(
  archive: string,
): Promise<{ home: string; client: (...args: string[]) => ResultPromise<{ reject: false }> }> {
  const folder = await temporaryFolder();
  await execa('tar', ['-xzf', join(PAST, archive), '-C', folder]);
  const [name = ''] = await readdir(folder);
  const home = join(folder, name);
  onTestFinished(async () => {
    await stopBackground({ home: join(home, '.simulation') });
    await stopBackground({ home });
  });
  await letNoTimePass(join(home, '.simulation/.world'));
  await playFaster(join(home, '.simulation'));
  const env = {
    ALGA_APPLIANCE_HOME: home,
    HOME: folder,
    XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? '/', '.cache'),
  };
  return {
    home,
    client: (...args) => execa(process.execPath, [ENTRY, ...args], { env, reject: false, timeout: 150_000 }),
  };
}

/** A simulated appliance goes on while nobody looks; weeks of it would be played before the first answer. */
async function letNoTimePass(worlds: string): Promise<void> {
  for (const file of await readdir(worlds).catch(() => [])) {
    const path = join(worlds, file);
    const world = z
      .looseObject({ playedTo: z.number(), clock: z.looseObject({}) })
      .parse(JSON.parse(await readFile(path, 'utf8')));
    const clock = { ...world.clock, realAt: Date.now(), simulatedAt: world.playedTo };
    await writeFile(path, JSON.stringify({ ...world, clock }));
  }
}

/** At the speed at which it was recorded a test would take a minute. */
async function playFaster(sites: string): Promise<void> {
  for (const site of await readdir(sites).catch(() => [])) {
    const path = join(sites, site, 'simulation.json');
    const text = await readFile(path, 'utf8').catch(() => null);
    if (text !== null) await writeFile(path, JSON.stringify({ ...JSON.parse(text), speed: SPEED }));
  }
}

test('an install in the middle of a pull is taken up and finished', { timeout: 200_000 }, async () => {
  const client = await pastHome('home.tar.gz');
  const before = statusDocument.parse(JSON.parse((await client('status', '--site', 'pulling', '-o', 'json')).stdout));
  expect(before.install).toMatchObject({ state: 'running', phase: 'bootstrap' });
  const resumed = await client('resume', '--site', 'pulling');
  expect(resumed.stderr).toContain('LOGIN_READY');
  expect(resumed.exitCode).toBe(0);
});

test('an install that is parked says why, takes another input and is finished', { timeout: 200_000 }, async () => {
  const client = await pastHome('home.tar.gz');
  const parked = await client('resume', '--site', 'parked', '--exit-on-block');
  expect(parked.stderr).toContain('[dns-resolution-failure]');
  expect(parked.exitCode).toBe(4);
  const follow = client('resume', '--site', 'parked');
  await followed(follow);
  const set = await client('set', '--dns-servers', '1.1.1.1', '--site', 'parked');
  expect(set.exitCode).toBe(0);
  expect((await follow).exitCode).toBe(0);
});

/** Resolves when the client says that it follows with a worker, be it a new one or the one of the command before. */
async function followed(child: ResultPromise<{ reject: false }>): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (/Started a worker \(process|A worker \(process \d+\) is already running/.test(said)) resolve();
    });
    child.stderr.once('end', () => reject(new Error(`the client ended: ${said}`)));
  });
}

test('a real site is listed, says where it stands, is joined, and can be cancelled', { timeout: 120_000 }, async () => {
  const client = await pastHome('home-real.tar.gz');
  expect((await client('sites')).stdout).toContain('office');
  const told = statusDocument.parse(JSON.parse((await client('status', '-o', 'json')).stdout));
  expect(told.install).toMatchObject({ state: 'parked', phase: 'preflight' });
  // Its spec names no administrator, and none is asked for: it runs.
  const joined = await client('start', '--fresh', '--detach');
  expect(joined.stderr).toContain('Joined the running install of office.');
  expect(joined.exitCode).toBe(0);
  const cancelled = await client('cancel', '--yes');
  expect(cancelled.stdout).toContain('The install of office is cancelled.');
  expect(cancelled.exitCode).toBe(0);
});

test(
  'a real site whose key is gone says so, makes none, and is ended without being read',
  { timeout: 200_000 },
  async () => {
    const { home, client } = await unpacked('home-real.tar.gz');
    const key = join(home, 'payload.key');
    await rm(key);
    for (const command of ['status', 'progress']) {
      const told = await client(command);
      expect(told.stderr).toContain(`${key} does not exist`);
      expect(told.exitCode).toBe(4);
    }
    const cancelled = await client('cancel', '--yes');
    expect(cancelled.stdout).toContain('The install of office was terminated');
    expect(cancelled.exitCode).toBe(0);
    await expect(stat(key)).rejects.toThrow('ENOENT');
  },
);
