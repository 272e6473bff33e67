import { execa, execaSync } from 'execa';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readGiven } from '../../client/terminal/given-file.ts';

const pipe = () => {
  const dir = mkdtempSync(join(tmpdir(), 'given-file-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  execaSync('mkfifo', [join(dir, 'pipe')]);
  return join(dir, 'pipe');
};
const patient = () => new AbortController().signal;

test('a pipe gives what is written to it, to its end or as much as is wanted', async () => {
  const path = pipe();
  const read = readGiven(path, { most: 8, signal: patient() });
  await execa('sh', ['-c', `printf 0123456789 > ${path}`], { reject: false });
  expect((await read).toString()).toBe('01234567');
});

test('a pipe to which nobody writes holds up neither a signal nor the wait', async () => {
  const stop = new AbortController();
  const read = readGiven(pipe(), { most: 8, signal: stop.signal });
  stop.abort(new Error('interrupted'));
  await expect(read).rejects.toThrow('interrupted');
  const silent = readGiven(pipe(), { most: 8, signal: patient(), patienceMs: 50 });
  await expect(silent).rejects.toThrow('is a pipe that was not written and closed within 0.05 s');
});

test('a folder and a device are refused in words', async () => {
  await expect(readGiven('/', { most: 8, signal: patient() })).rejects.toThrow('is a folder, not a file');
  await expect(readGiven('/dev/zero', { most: 8, signal: patient() })).rejects.toThrow('is neither a file nor a pipe');
});
