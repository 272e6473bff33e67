import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { freePort } from '../../lab/parts/ports.ts';
import { packStatusService } from '../../scripts/pack-status-service.ts';
import { run } from './programs.ts';
import { parseManifests, rendered, workloads } from './objects.ts';
import { repositoryFile } from './values.ts';

describe("packing the status page's program", () => {
  const program = Buffer.from('console.log("a page");\n');

  test('keeps it as it is, and gives the same bytes on every machine', () => {
    const packed = packStatusService(program).get('status-service.mjs.gz');
    expect(packed && gunzipSync(packed).equals(program)).toBe(true);
    // No name, no time, no operating system in the header.
    expect(packed?.subarray(3, 10)).toEqual(Buffer.from([0, 0, 0, 0, 0, 2, 255]));
  });

  test('changes the checksum with the program, which restarts the page', () => {
    const patch = (content: Buffer) => packStatusService(content).get('program.yaml')?.toString();
    expect(patch(program)).toBe(patch(Buffer.from(program)));
    expect(patch(Buffer.from('console.log("another");\n'))).not.toBe(patch(program));
  });

  test('refuses what no ConfigMap can hold', () => {
    const noise = randomBytes(1_200_000);
    expect(() => packStatusService(noise)).toThrow(/bytes packed and a ConfigMap takes 1000000: make it smaller/);
  });
});

describe('the program in the tree', () => {
  test('is the one whose checksum the HelmRelease carries', async () => {
    const built = await run('kustomize', ['build', 'flux/base/appliance-status']);
    const map = parseManifests(built.stdout).find(({ kind }) => kind === 'ConfigMap');
    const packed = Buffer.from(
      String(map?.['binaryData'] ? Object.values(Object(map['binaryData']))[0] : ''),
      'base64',
    );
    expect(packStatusService(gunzipSync(packed)).get('program.yaml')?.toString()).toBe(
      repositoryFile('flux/base/appliance-status/program.yaml'),
    );
  });

  test('unpacks and answers its health check the way the chart runs it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'status-program-'));
    const { stdout } = await run('kustomize', ['build', 'flux/base/appliance-status']);
    const binary: unknown = parseManifests(stdout).find(({ kind }) => kind === 'ConfigMap')?.['binaryData'];
    writeFileSync(
      join(folder, 'status-service.mjs.gz'),
      Buffer.from(String(Object.values(Object(binary))[0]), 'base64'),
    );
    const [status] = workloads(await rendered('appliance-status'));
    const [unpacking = ''] = z.array(z.string()).parse(status?.pod.initContainers[0]?.['args']);
    const script = unpacking.replaceAll(/'\/(program|packed)\//g, `'${folder}/`);
    const unpack = spawn(process.execPath, ['-e', script]);
    expect(await new Promise((resolve) => unpack.once('close', resolve))).toBe(0);

    const port = await freePort('127.0.0.1');
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOST: '127.0.0.1',
      PORT: String(port),
      STATUS_TOKEN: 'a-token-for-a-test',
      SITE_ID: 'test',
    };
    const page = spawn(process.execPath, ['--max-old-space-size=64', join(folder, 'status-service.mjs')], { env });
    try {
      await vi.waitFor(async () => expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200), {
        timeout: 20_000,
      });
    } finally {
      page.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
