import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import type { ResultPromise } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { isAlive } from '../../system/processes.ts';
import { stopBackground } from '../../worker/index.ts';
import { needs } from '../support/needs.ts';

needs('temporal-local', 'built-client');

const ROOT = path.join(import.meta.dirname, '../..');

/** A demo in a process group of its own, as a terminal has it. */
async function start(words: readonly string[], prefix: readonly string[] = []) {
  const folder = await mkdtemp(path.join(tmpdir(), 'demo-'));
  const home = path.join(folder, 'sites');
  onTestFinished(async () => {
    await stopBackground({ home: `${home}-demo/.simulation` });
    await rm(folder, { recursive: true, force: true });
  });
  const [file = '', ...rest] = [...prefix, process.execPath, 'scripts/demo.ts', ...words];
  const child = execa(file, rest, {
    cwd: ROOT,
    all: true,
    reject: false,
    detached: true,
    env: { ALGA_APPLIANCE_HOME: home },
  });
  return { child, site: `${home}-demo` };
}

async function untilSaid(child: ResultPromise<{ all: true; reject: false }>, text: string): Promise<void> {
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.all.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes(text)) resolve();
    });
    child.all.once('end', () => reject(new Error(`it never said ${text}:\n${said}`)));
  });
}

/** Does what the demo says at its end. */
async function stopAsSaid(said: string): Promise<void> {
  const commands = said
    .split('Stop and remove it, in this order:\n')[1]
    ?.split('\n')
    .map((line) => line.trim());
  expect(commands).toEqual([
    expect.stringContaining('bin/appliance-client worker stop'),
    expect.stringContaining('rm -r'),
  ]);
  for (const command of commands ?? []) await execa('sh', ['-c', command], { cwd: ROOT });
}

const serverIn = (said: string): number => Number(/Temporal server process (\d+), 127\.0\.0\.1:\d+/.exec(said)?.[1]);

test('the simulation: told before it starts, and gone when its last lines are done', async () => {
  const { child, site } = await start(['--simulate', '--speed', '100']);
  const { all, exitCode } = await child;
  expect(exitCode, all).toBe(0);
  expect(all.indexOf('Checking what this machine can run')).toBe(0);
  expect(all.indexOf('is not used: --simulate was given.')).toBeLessThan(all.indexOf('starting the local Temporal'));
  expect(all).toContain('the install is complete');
  expect(isAlive(serverIn(all))).toBe(true);
  expect(existsSync(site)).toBe(true);
  const server = serverIn(all);
  await stopAsSaid(all);
  expect(isAlive(server)).toBe(false);
  expect(existsSync(site)).toBe(false);
}, 180_000);

test('where no lab can be, and interrupted: why, what goes on, and how it is continued and removed', async () => {
  const noLab = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-sys_admin'] : [];
  const { child, site } = await start([], noLab);
  await untilSaid(child, 'host running');
  process.kill(-(child.pid ?? 0), 'SIGINT');
  const { all, exitCode } = await child;
  expect(exitCode, all).toBe(130);
  expect(all).toContain('The lab, with real Kubernetes, is not used: the lab ');
  expect(all).toContain(`bin/appliance-client resume --config-dir ${site}    # when the install is not finished`);
  const server = serverIn(all);
  expect(isAlive(server)).toBe(true);
  await stopAsSaid(all);
  expect(isAlive(server)).toBe(false);
}, 180_000);

test('words that say nothing are told, with how it is used', async () => {
  const { child } = await start(['--speed', '3']);
  const { all, exitCode } = await child;
  expect(exitCode).toBe(2);
  expect(all).toContain('--speed belongs to --simulate');
  expect(all).toContain('npm run demo [-- --simulate');
});
