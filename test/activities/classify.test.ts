import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { blockersOf } from '../../activities/classify.ts';
import { Blocked } from '../../activities/blocked.ts';
import { ClusterError } from '../../activities/ports/kubernetes.ts';
import type { ClusterFault } from '../../activities/ports/kubernetes.ts';
import { ManifestsError } from '../../activities/ports/manifests.ts';
import { TalosError } from '../../activities/ports/talos.ts';
import type { TalosFault } from '../../activities/ports/talos.ts';
import { stop } from '../../activities/stop.ts';
import { ProgramMissingError } from '../../tools/missing.ts';
import { programById } from '../../tools/programs.ts';
import { fastClock, testSite } from './context.ts';

const context = async () => (await testSite({ clock: fastClock(1) })).context();
const talos = (fault: TalosFault, stderr: string, command = 'talosctl version --talosconfig /site/talosconfig') =>
  new TalosError(fault, { command, exitCode: 1, stdout: '', stderr });

describe('what a thrown error means', () => {
  test('a phase that stopped in words keeps them', async () => {
    const at = await context();
    const blocked = stop(at, 'foreign-cluster', { component: 'talos', object: 'node' });
    expect(blocked).toBeInstanceOf(Blocked);
    expect(blockersOf(blocked, at, 1)).toEqual(blocked.blockers);
  });

  const PASSING: readonly [string, Error, string][] = [
    [
      'a node that does not answer',
      talos('unreachable', 'dial tcp 192.0.2.10:50000: connect: connection refused'),
      'talos-api-unreachable',
    ],
    [
      'a maintenance API that does not answer',
      talos('unreachable', 'connection refused', 'talosctl get disks --insecure'),
      'talos-maintenance-unreachable',
    ],
    [
      'a name that Talos cannot resolve',
      talos('dns', 'dial tcp: lookup ghcr.io on 192.168.64.1:53: connection refused'),
      'dns-resolution-failure',
    ],
    ['a silent API server', new ClusterError('unreachable', 'Node', 'connect ECONNREFUSED'), 'kubernetes-unreachable'],
    ['a defect', new TypeError("Cannot read properties of undefined (reading 'x')"), 'unknown-failure'],
    [
      'Flux manifests that cannot be fetched',
      new ManifestsError('unreachable', 'no answer from github.com'),
      'flux-source-unreachable',
    ],
    ['words nobody knows', talos('other', 'the flux capacitor is empty'), 'unknown-failure'],
  ];
  test.each(PASSING)('%s is tried again twice, then told', async (_, error, code) => {
    const at = await context();
    expect([blockersOf(error, at, 1), blockersOf(error, at, 2)]).toEqual([null, null]);
    const [blocker] = blockersOf(error, at, 3) ?? [];
    expect(blocker).toMatchObject({ code, tier: 'platform', loginBlocking: true });
    expect(blocker?.evidence).toHaveLength(1);
    expect(blocker?.reason.length).toBeGreaterThan(20);
    expect(blocker?.nextAction.length).toBeGreaterThan(20);
  });

  const AT_ONCE: readonly [string, unknown, string][] = [
    [
      'no space left here',
      Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }),
      'operator-disk-full',
    ],
    [
      'no right to write here',
      Object.assign(new Error("EACCES: permission denied, open '/site/x'"), { code: 'EACCES', path: '/site/x' }),
      'operator-folder-unwritable',
    ],
    ['no talosctl', talos('tool-missing', 'spawn talosctl ENOENT'), 'operator-tool-missing'],
    [
      'a program that can be had nowhere',
      new ProgramMissingError(programById('talosctl'), [], ['install it']),
      'operator-tool-missing',
    ],
    [
      'a foreign talosconfig',
      talos('tls-mismatch', 'x509: certificate signed by unknown authority'),
      'talos-tls-mismatch',
    ],
    [
      'a refused configuration',
      talos('config-invalid', 'configuration validation failed: 1 error occurred'),
      'talos-config-invalid',
    ],
    [
      'a disk that Talos does not find',
      talos('config-invalid', 'install disk does not exist: /dev/sdx'),
      'talos-disk-not-found',
    ],
    [
      'a clock',
      talos(
        'certificate-time',
        'x509: certificate has expired or is not yet valid: current time 2026-01-01T00:00:00Z is before 2026-02-01T00:00:00Z',
      ),
      'clock-skew',
    ],
    [
      "a kubeconfig that is not this cluster's",
      new ClusterError(
        'unauthorized',
        'Namespace kube-system',
        'reading Namespace kube-system: the API server answered 401 Unauthorized',
      ),
      'foreign-cluster',
    ],
    [
      'manifests of another digest',
      new ManifestsError('digest', 'flux.yaml has the digest a, the release names b'),
      'release-invalid',
    ],
  ];
  test.each(AT_ONCE)('%s is told at once', async (_, error, code) => {
    expect(blockersOf(error, await context(), 1)).toMatchObject([{ code }]);
  });

  test('every fault of Talos and of the API server has words', async () => {
    const at = await context();
    const faults: readonly TalosFault[] = [
      'unreachable',
      'not-in-maintenance',
      'tls-mismatch',
      'certificate-time',
      'denied',
      'already-exists',
      'not-yet',
      'config-invalid',
      'dns',
      'timeout',
      'tool-missing',
      'other',
    ];
    const others: readonly ClusterFault[] = [
      'unreachable',
      'tls',
      'unauthorized',
      'forbidden',
      'not-found',
      'already-exists',
      'conflict',
      'invalid',
      'timeout',
      'other',
    ];
    const thrown = [
      ...faults.map((fault) => talos(fault, '')),
      ...others.map((fault) => new ClusterError(fault, 'Pod x', '')),
    ];
    for (const error of thrown) {
      const [blocker] = blockersOf(error, at, 3) ?? [];
      expect(`${blocker?.reason} ${blocker?.nextAction}`).not.toMatch(/undefined|\[object/);
    }
  });

  test('no secret leaves with the evidence, and no document whole', async () => {
    const error = new Error(`password=hunter2-hunter2 ${'x'.repeat(10_000)}`);
    const [blocker] = blockersOf(error, await context(), 3) ?? [];
    expect(JSON.stringify(blocker)).not.toContain('hunter2');
    expect(blocker?.evidence[0]?.message.length).toBeLessThan(2_100);
    const parsed = z.object({ a: z.string() }).safeParse({});
    expect(blockersOf(parsed.error, await context(), 3)).toMatchObject([{ code: 'unknown-failure' }]);
  });
});
