import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { freePort } from '../../lab/parts/ports.ts';
import { buildStatusService } from '../../scripts/build.ts';
import { packStatusService } from '../../scripts/pack-status-service.ts';
import { run } from './programs.ts';
import { parseManifests, rendered, the, workloads } from './objects.ts';
import { repositoryFile } from './values.ts';
import { needs } from '../support/needs.ts';

needs('kustomize');

const TREE = 'flux/base/appliance-status';

describe("packing the status page's program", () => {
  test('changes the checksum with the program, which restarts the page', () => {
    const patch = (program: string) => packStatusService(program).get('program.yaml');
    expect(patch('one')).toBe(patch('one'));
    expect(patch('another')).not.toBe(patch('one'));
  });

  test('refuses what no ConfigMap can hold', () => {
    expect(() => packStatusService('x'.repeat(1_000_001))).toThrow(
      /1000001 bytes and a ConfigMap takes 1000000: make it smaller/,
    );
  });
});

describe('the program in the tree', () => {
  test('is what the sources build: `npm run generate` makes it so', async () => {
    const stale = [...packStatusService(await buildStatusService())]
      .filter(([name, content]) => repositoryFile(join(TREE, name)) !== content)
      .map(([name]) => join(TREE, name));
    expect(stale, 'not what the sources build; run `npm run generate`').toEqual([]);
  });

  test('answers its health check the way the chart runs it', async () => {
    const built = await run('kustomize', ['build', TREE]);
    const map = the(parseManifests(built.stdout), 'ConfigMap', 'appliance-status-program');
    const [status] = workloads(await rendered('appliance-status'));
    const [, path = ''] = status?.pod.containers[0]?.command ?? [];
    const [folder, key] = [posix.dirname(path), posix.basename(path)];
    expect(status?.pod.containers[0]).toMatchObject({
      volumeMounts: expect.arrayContaining([{ name: 'program', mountPath: folder, readOnly: true }]),
    });
    expect(status?.pod).toMatchObject({
      volumes: expect.arrayContaining([{ name: 'program', configMap: { name: map.metadata.name } }]),
    });

    const mounted = mkdtempSync(join(tmpdir(), 'status-program-'));
    for (const [name, text] of Object.entries(map.data ?? {})) writeFileSync(join(mounted, name), text);
    const port = await freePort('127.0.0.1');
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOST: '127.0.0.1',
      PORT: String(port),
      STATUS_TOKEN: 'a-token-for-a-test',
      SITE_ID: 'test',
    };
    const page = spawn(process.execPath, [join(mounted, key)], { env });
    try {
      await vi.waitFor(async () => expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200), {
        timeout: 20_000,
      });
    } finally {
      page.kill('SIGKILL');
      rmSync(mounted, { recursive: true, force: true });
    }
  });
});
