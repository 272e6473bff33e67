import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { machinePort } from '../../../activities/adapters/machine.ts';
import { clock } from '../../../activities/adapters/clock.ts';
import { needs } from '../../support/needs.ts';

needs('talosctl');

const signal = AbortSignal.timeout(60_000);

describe('this machine', () => {
  test('tells the free space below a folder that is not made yet', async () => {
    const bytes = await machinePort({}).freeDiskBytes(join(tmpdir(), 'not', 'made', 'yet'));
    expect(bytes).toBeGreaterThan(0);
  });

  test('names the programs of an install with their versions', async () => {
    const found = await machinePort(process.env).programs(signal);
    expect(found.find(({ id }) => id === 'talosctl')).toMatchObject({ version: '1.12.0', problem: null });
    expect(found.find(({ id }) => id === 'git')).toMatchObject({ problem: null });
  });

  test('says why one that a variable names will not do', async () => {
    const cache = await mkdtemp(join(tmpdir(), 'appliance-cache-'));
    onTestFinished(() => rm(cache, { recursive: true, force: true }));
    const environment = {
      ...process.env,
      APPLIANCE_TOOLS_CACHE: cache,
      APPLIANCE_TALOSCTL: '/bin/true',
      APPLIANCE_TEMPORAL_LOCAL: '/bin/true',
    };
    const found = await machinePort(environment).programs(signal);
    const talosctl = found.find(({ id }) => id === 'talosctl');
    expect(talosctl).toMatchObject({ path: null, version: null });
    expect(talosctl?.problem).toContain('APPLIANCE_TALOSCTL=/bin/true');
  });
});

describe('the clock', () => {
  test('a sleep ends early with the reason of its signal', async () => {
    const controller = new AbortController();
    const sleeping = clock.sleep(60_000, controller.signal);
    controller.abort(new Error('woken'));
    await expect(sleeping).rejects.toThrow('woken');
  });
});
