import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { folderOf } from '../../lab/place.ts';
import { programPath } from '../../lab/parts/programs.ts';
import { applianceOf } from './appliance.ts';
import { SITE, startBench } from './bench.ts';
import type { Bench } from './bench.ts';

/** A machine that somebody else has installed, and whose keys are not here: what is refused is refused in seconds. */
let bench: Bench;
let folder: string;

beforeAll(async () => {
  bench = await startBench(['machine-configured']);
  folder = await mkdtemp(path.join(tmpdir(), 'appliance-lab-keys-'));
}, 300_000);

afterAll(async () => {
  await bench?.down();
  await rm(folder, { recursive: true, force: true });
}, 120_000);

describe('a machine that is installed already', () => {
  test('is left alone: the install is refused in words before anything is touched', async () => {
    const start = await bench.run(['start', '--fresh', '--yes', ...bench.lab.flags]);
    expect(start.exitCode, start.all).toBe(3);
    expect(start.all).toContain('talos-already-configured');
    expect(start.all).toContain('it is not in maintenance mode');
    await expectUntouched();
  }, 120_000);

  test('does not let a foreign talosconfig in: told which file it is, and freed by the right one', async () => {
    const site = path.join(bench.home, SITE, 'talosconfig');
    await mkdir(path.dirname(site), { recursive: true });
    await cp(await talosconfigOf('foreign'), site);
    const start = await bench.run(['start', '--fresh', '--yes', '--detach', ...bench.lab.flags]);
    expect(start.exitCode, start.all).toBe(0);
    const appliance = applianceOf(bench);
    const wanted = { code: 'talos-tls-mismatch', tier: 'platform', loginBlocking: true } as const;
    const [blocker] = await appliance.blockedBy([wanted], 60_000);
    expect(blocker?.reason).toContain(site);
    expect(blocker?.evidence[0]?.message).toContain('x509');
    await expectUntouched();

    await cp(await talosconfigOf('right'), site);
    // Not the very next phase: the machine is installed already, and that one may be over between two looks.
    const isThrough = (phase: string | undefined): boolean => phase !== undefined && phase !== 'preflight';
    await appliance.until('a phase after preflight', ({ install }) => isThrough(install?.phase), 60_000);
    const cancel = await bench.run(['cancel', '--yes']);
    expect(cancel.exitCode, cancel.all).toBe(0);
  }, 240_000);
});

async function expectUntouched(): Promise<void> {
  const { effects } = await bench.lab.machine.control.state();
  expect(effects).toEqual({});
}

/** A talosconfig of the machine's own authority, made of its disk, or of another one. */
async function talosconfigOf(whose: 'right' | 'foreign'): Promise<string> {
  const [program, place] = [await programPath('talosctl'), path.join(folder, whose)];
  const config = path.join(folderOf(bench.lab.record.name), 'machine', 'config.yaml');
  const secrets = `${place}.yaml`;
  const from = whose === 'right' ? ['--from-controlplane-config', config] : [];
  await execa(program, ['gen', 'secrets', '-o', secrets, ...from], { timeout: 60_000 });
  const { nodeAddress } = bench.lab.record;
  const types = ['--output-types', 'talosconfig', '--with-secrets', secrets];
  await execa(program, ['gen', 'config', 'somebody-elses', `https://${nodeAddress}:6443`, ...types, '-o', place], {
    timeout: 60_000,
  });
  return place;
}
