import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { obtain } from '../../scripts/obtain.ts';
import { readTestNeeds, tierOf } from '../../scripts/test-needs.ts';
import { resolveProgram } from '../../tools/resolve.ts';
import { needs } from '../support/needs.ts';
import type { Need } from '../support/needs.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const HELM = "import { needs } from './needs.ts';\nneeds('helm');\n";

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'test-needs-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A project whose `test/` holds these files; gives the needs of its `a.test.ts`. */
async function needsOfTest(files: Readonly<Record<string, string>>): Promise<readonly Need[]> {
  const root = await temporaryFolder();
  await mkdir(path.join(root, 'test', 'support'), { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(root, 'test', name), text);
  return [...(readTestNeeds(root).get('test/a.test.ts') ?? [])];
}

describe('what a test file needs', () => {
  test('is what it says itself, and what the modules say that it imports, however far away', async () => {
    const found = await needsOfTest({
      'a.test.ts': "import { one } from './support/one.ts';\nneeds('temporal', 'root');\none();",
      'support/one.ts': "import './two.ts';\nexport { one } from './three.ts';\n",
      'support/two.ts': "import './one.ts';\nneeds('etcd');\n",
      'support/three.ts': "export const one = async () => import('./four.ts');\n",
      'support/four.ts': HELM,
    });
    expect(found).toEqual(['etcd', 'helm', 'root', 'temporal']);
  });

  test('is nothing where types alone are imported, or where the words stand in a comment or a text', async () => {
    const found = await needsOfTest({
      'a.test.ts':
        "import type { Helm } from './support/helm.ts';\n// needs('etcd');\nconst text = \"needs('root');\";\n",
      'support/helm.ts': HELM,
    });
    expect(found).toEqual([]);
  });

  test('cannot be computed: who reads it runs nothing', async () => {
    const reading = needsOfTest({ 'a.test.ts': "const program = 'helm';\nneeds(program);\n" });
    await expect(reading).rejects.toThrow(/a\.test\.ts: needs\(…\) takes literal words only/);
  });

  test.each([
    [[], 'unit'],
    [['helm'], 'parts'],
    [['root'], 'parts'],
    [['helm', 'lab'], 'lab'],
  ] as const)('%j makes it one of %s', (needed, tier) => {
    expect(tierOf(new Set<Need>(needed))).toBe(tier);
  });
});

describe('while this file runs, which says that it needs nothing', () => {
  const said = "test/scripts/test-needs.test.ts does not say needs('talosctl')";

  test('a program is refused, and told by whom it was not declared', async () => {
    await expect(resolveProgram('talosctl')).rejects.toThrow(said);
  });

  test('so it is in a process that it starts', async () => {
    const { stderr, exitCode } = await execa('node', ['tools/install.ts', 'talosctl'], { cwd: ROOT, reject: false });
    expect({ stderr, exitCode }).toMatchObject({ stderr: expect.stringContaining(said), exitCode: 7 });
  });

  test('git is there, as it is for everybody', async () => {
    expect(await resolveProgram('git')).toMatchObject({ foundBy: 'path' });
  });

  test('a need that no reader could see is refused', () => {
    expect(() => needs('helm')).toThrow("needs('helm') was not seen when the test's imports were read");
  });
});

// Where a forge or a build server runs them, CI is set, and test runners behave in another way.
test.each(['true', ''])('a part of the tests that needs no program obtains none (CI=%s)', async (ci) => {
  const cache = path.join(await temporaryFolder(), 'cache');
  const env = { APPLIANCE_TOOLS_CACHE: cache, NO_COLOR: '1', CI: ci };
  const words = ['scripts/test.ts', 'test/releases/order'];
  const { all, exitCode } = await execa('node', words, { cwd: ROOT, env, all: true, reject: false });
  const lines = all.split('\n');
  expect(lines).toContain('unit: 1 file, no programs');
  expect(lines.at(-1), all).toBe('3 passed, 0 failed');
  expect(exitCode).toBe(0);
  expect(existsSync(cache)).toBe(false);
});

test('what a part needs is told before it is got, with how long that takes; what cannot be had fails', async () => {
  const said = vi.spyOn(console, 'log').mockReturnValue();
  // From within this file no program can be had, which says so.
  expect(await obtain('parts: 2 files', ['kube-apiserver', 'root'])).toBe(false);
  expect(said.mock.calls.flat()).toEqual([
    expect.stringMatching(
      /^\nparts: 2 files; needs kube-apiserver, root: to get: kube-apiserver \S+ \(about 4m if all have to be built\)$/,
    ),
  ]);
});
