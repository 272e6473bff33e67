import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { execa } from 'execa';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { main } from '../../lab/commands.ts';
import { unfit, whyNoRoom } from '../../lab/machine-check.ts';
import { portAt } from '../../lab/parts/ports.ts';
import { folderOf, labNames } from '../../lab/place.ts';
import { needs } from '../support/needs.ts';

needs('ip', 'root');

const MAIN = path.join(import.meta.dirname, '../../lab/main.ts');

/** What a newcomer sees of `npm run lab` where there is no lab, or there can be none. */
async function lab(...words: string[]): Promise<{ readonly exitCode: number; readonly said: string }> {
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  vi.spyOn(console, 'log').mockImplementation(say);
  vi.spyOn(console, 'error').mockImplementation(say);
  const exitCode = await main(words);
  return { exitCode, said: lines.join('\n') };
}

afterEach(() => vi.restoreAllMocks());

describe('words that say nothing', () => {
  test.each([
    ['no command', [], /^A machine in Talos maintenance mode/],
    ['another command', ['start'], /^there is no command start\n/],
    ['a word too many', ['down', 'lab'], /^down takes no lab\n/],
    ['an unknown flag', ['up', '--faults', 'dns-refused'], /^Unknown option '--faults'/],
    ['an unknown fault', ['up', '--fault', 'dns'], /^unknown fault dns; known faults: machine-off, /],
    ['a fault for what plays none', ['down', '--fault', 'dns-refused'], /^--fault is for `up`/],
    ['no fault', ['fault'], /^say which faults, or none\n/],
    ['a name that is none', ['up', '--name', '../lab'], /^\.\.\/lab is not a name for a lab: /],
  ])('%s: told, with how it is used, and nothing is done', async (_, words, says) => {
    const { exitCode, said } = await lab(...words);
    expect(exitCode).toBe(2);
    expect(said).toMatch(says);
    expect(said).toContain('npm run lab -- up [--fault');
  });

  test('--help is no fault of anybody', async () => {
    expect(await lab('up', '--help')).toMatchObject({ exitCode: 0, said: expect.stringContaining('image-heavy') });
  });
});

describe('a machine on which no lab can be', () => {
  test.each(['up', 'down', 'status', 'shell'])(
    '%s without root: what it needs, and what to use instead',
    async (word) => {
      vi.spyOn(process, 'getuid').mockReturnValue(1_000);
      expect(await lab(word)).toMatchObject({
        exitCode: 7,
        said: expect.stringMatching(/which needs root \(`sudo`\)\. Use `.*start --fresh --simulate` instead/),
      });
    },
  );

  test('a root that may not make namespaces, as in most containers, is told so, and nothing is left', async () => {
    const name = 'no-privileges';
    const up = await execa('setpriv', ['--bounding-set=-sys_admin', process.execPath, MAIN, 'up', '--name', name], {
      all: true,
      reject: false,
    });
    expect(up.exitCode, up.all).toBe(1);
    expect(up.all).toContain('which root may not here (unshare: unshare failed: Operation not permitted)');
    expect(up.all).toContain('start --fresh --simulate` instead');
    expect(up.all).not.toContain('    at ');
    expect(await labNames()).not.toContain(name);
    await lab('down', '--name', name); // what it said
  });

  test('another system is told by its name', () => {
    const { platform } = process;
    onTestFinished(() => void Object.defineProperty(process, 'platform', { value: platform }));
    Object.defineProperty(process, 'platform', { value: 'darwin' });
    expect(unfit()).toBe('the lab runs real Linux containers, and this is darwin.');
  });

  test('a full disk: how much is needed, how much there is, and where', async () => {
    expect(await whyNoRoom('/tmp/there/is/no/such/folder', 1e15)).toMatch(
      /^a lab needs 1000000\.0 GB of disk, and \d+\.\d GB are free at \/tmp\.$/,
    );
    expect(await whyNoRoom('/tmp', 1)).toBeNull();
  });
});

test("a port that somebody has taken on every address is not a lab's", async () => {
  const server = createServer();
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => void server.listen(0, '0.0.0.0', resolve));
  const address = server.address();
  const taken = typeof address === 'object' && address !== null ? address.port : 0;
  expect(await portAt('127.0.0.1', taken)).not.toBe(taken);
});

test('a lab of another version is told, and `down` removes it; where there is none, `down` says so', async () => {
  const name = 'other-version';
  await mkdir(folderOf(name), { recursive: true });
  await writeFile(path.join(folderOf(name), 'lab.json'), '{"name": "other-version", "address": "198.18.1.2"}');
  const status = await lab('status', '--name', name);
  expect(status.exitCode).toBe(7);
  expect(status.said).toBe(
    'the lab other-version is of another version of this project: `npm run lab -- down --name other-version` removes it',
  );
  expect(await lab('down', '--name', name)).toMatchObject({ exitCode: 0, said: 'removed the lab other-version' });
  const again = await lab('down', '--name', name);
  expect(again.exitCode).toBe(0);
  expect(again.said).toMatch(/^no lab other-version/);
});
