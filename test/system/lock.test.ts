import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { takeLock } from '../../system/lock.ts';
import { machine } from '../tools/surroundings.ts';

test('only one holds it at a time, and none is forgotten', async () => {
  await using here = await machine();
  const file = path.join(here.root, 'a', 'lock');
  let inside = 0;
  let most = 0;
  let done = 0;
  await Promise.all(
    Array.from({ length: 5 }, async () => {
      const giveBack = await takeLock(file);
      inside += 1;
      most = Math.max(most, inside);
      await new Promise(setImmediate);
      inside -= 1;
      done += 1;
      await giveBack();
    }),
  );
  expect({ most, done }).toEqual({ most: 1, done: 5 });
  expect(await readdir(path.dirname(file))).toEqual([]);
});

test('a holder that died on this machine is replaced at once', async () => {
  await using here = await machine();
  const dead = await execa('/bin/sh', ['-c', 'echo $$']);
  const file = path.join(here.root, 'lock');
  await writeFile(file, JSON.stringify({ pid: Number(dead.stdout), host: hostname() }));
  const started = performance.now();
  await (
    await takeLock(file)
  )();
  expect(performance.now() - started).toBeLessThan(5_000);
});

test.each([
  ['on another machine', JSON.stringify({ pid: 1, host: 'elsewhere' })],
  ['that died before it wrote who it is', ''],
])('a holder %s is replaced when it has not been heard of for half a minute', async (_where, content) => {
  await using here = await machine();
  const file = path.join(here.root, 'lock');
  await writeFile(file, content);
  const heard = new Date(Date.now() - 31_000);
  await utimes(file, heard, heard);
  await (
    await takeLock(file)
  )();
  expect(await readdir(here.root)).not.toContain('lock');
});

test('one that is alive is waited for, told about, and left alone when the wait is given up', async () => {
  await using here = await machine();
  const file = path.join(here.root, 'lock');
  const giveBack = await takeLock(file);
  const giveUp = new AbortController();
  const holders: unknown[] = [];
  const waiting = takeLock(file, {
    signal: giveUp.signal,
    onWait: (holder) => {
      holders.push(holder);
      setImmediate(() => giveUp.abort());
    },
  });
  await expect(waiting).rejects.toThrow('aborted');
  expect(holders).toEqual([{ pid: process.pid, host: hostname() }]);
  expect(await readdir(here.root)).toContain('lock');
  await giveBack();
});

test('what a killed process left of a take-over does not stand in the way', async () => {
  await using here = await machine();
  const file = path.join(here.root, 'lock');
  await mkdir(here.root, { recursive: true });
  const heard = new Date(Date.now() - 60_000);
  for (const name of [file, `${file}.breaking`]) {
    await writeFile(name, '');
    await utimes(name, heard, heard);
  }
  await (
    await takeLock(file)
  )();
  expect((await readdir(here.root)).filter((name) => name.startsWith('lock'))).toEqual([]);
});

test('of many that see a dead holder, one after the other gets in', async () => {
  await using here = await machine();
  const file = path.join(here.root, 'lock');
  await writeFile(file, '');
  const heard = new Date(Date.now() - 60_000);
  await utimes(file, heard, heard);
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      const giveBack = await takeLock(file);
      inside += 1;
      most = Math.max(most, inside);
      for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
      inside -= 1;
      await giveBack();
    }),
  );
  expect(most).toBe(1);
});
