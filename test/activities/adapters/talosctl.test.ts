import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { faultIn, insecureFault } from '../../../activities/adapters/talosctl-faults.ts';
import { nodeTimeIn, servicesIn, versionIn } from '../../../activities/adapters/talosctl-output.ts';
import { talosThrough } from '../../../activities/adapters/talosctl.ts';
import type { TalosError } from '../../../activities/ports/talos.ts';

const signal = AbortSignal.timeout(60_000);
const rpc = (code: string, desc: string): string => `rpc error: code = ${code} desc = ${desc}`;
const answered = (code: string, desc: string): string => `1 error occurred:\n\t* 127.0.5.1: ${rpc(code, desc)}\n\n`;
const dialing = (why: string): string =>
  rpc('Unavailable', `connection error: desc = "transport: Error while dialing: dial tcp 127.0.5.1:50000: ${why}"`);
const shaking = (why: string): string =>
  rpc(
    'Unavailable',
    `connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: ${why}"`,
  );

/** Exact words of talosctl v1.12.0, seen on the simulated machine. */
const SEEN = [
  ['nothing listens', dialing('connect: connection refused'), 'unreachable'],
  ['a black hole', dialing('i/o timeout'), 'unreachable'],
  [
    'a stranger at a configured node',
    rpc(
      'Unavailable',
      'connection error: desc = "error reading server preface: remote error: tls: certificate required"',
    ),
    'tls-mismatch',
  ],
  [
    'an unknown authority',
    shaking(
      'x509: certificate signed by unknown authority (possibly because of \\"x509: Ed25519 verification failure\\")',
    ),
    'tls-mismatch',
  ],
  [
    'a clock ahead',
    shaking(
      'x509: certificate has expired or is not yet valid: current time 2026-11-21T03:28:08Z is before 2026-11-21T05:27:08Z',
    ),
    'certificate-time',
  ],
  [
    'a clock behind',
    rpc(
      'Unavailable',
      'connection error: desc = "error reading server preface: remote error: tls: expired certificate"',
    ),
    'certificate-time',
  ],
  [
    'a refused configuration',
    `error applying new configuration: ${rpc('InvalidArgument', 'configuration validation failed: 1 error occurred:\n\t* v1alpha1.Config: 3 errors occurred:')}`,
    'config-invalid',
  ],
  [
    'no YAML',
    `error applying new configuration: ${rpc('Unknown', "failed to parse config: decode error: yaml: line 1: did not find expected ',' or ']'")}`,
    'config-invalid',
  ],
  [
    'a bootstrap too early',
    `error executing bootstrap: ${answered('FailedPrecondition', 'bootstrap is not available yet')}`,
    'not-yet',
  ],
  [
    'a bootstrap without time',
    `error executing bootstrap: ${answered('FailedPrecondition', 'time is not in sync yet')}`,
    'not-yet',
  ],
  [
    'a second bootstrap',
    `error executing bootstrap: ${answered('AlreadyExists', 'etcd data directory is not empty')}`,
    'already-exists',
  ],
  [
    'a connection cut',
    `error executing bootstrap: ${rpc('Unavailable', 'error reading from server: read tcp 127.0.0.1:50904->127.0.5.1:50000: read: connection reset by peer')}`,
    'unreachable',
  ],
  [
    'etcd members before the bootstrap',
    `error getting members: ${answered('DeadlineExceeded', 'context deadline exceeded')}`,
    'timeout',
  ],
  [
    'a name that cannot be resolved',
    `error pulling image: ${answered('Unknown', 'failed to pull image "R": failed to do request: Head "https://ghcr.io/v2/": dial tcp: lookup ghcr.io on 192.168.64.1:53: connection refused')}`,
    'dns',
  ],
  ['no right to read', answered('PermissionDenied', 'not authorized'), 'denied'],
  [
    'a missing image',
    `error pulling image: ${answered('NotFound', 'failed to pull image "R": R: not found')}`,
    'other',
  ],
  ['words nobody knows', 'panic: assignment to entry in nil map', 'other'],
] as const;

describe('what talosctl says', () => {
  test.each(SEEN)('%s', (_, stderr, fault) => {
    expect(faultIn(stderr)).toBe(fault);
  });

  test('without a certificate of ours, a refused handshake means a configured node', () => {
    expect(insecureFault('tls-mismatch')).toBe('not-in-maintenance');
    expect(insecureFault('unreachable')).toBe('unreachable');
  });

  test('its tables and versions are read as they are printed', () => {
    const services = [
      'NODE        SERVICE      STATE       HEALTH   LAST CHANGE   LAST EVENT',
      '127.0.5.1   apid         Running     OK       4s ago        Health check successful',
      '127.0.5.1   etcd         Preparing   ?        2s ago        Running pre state',
      '127.0.5.1   kubelet      Running     Fail     1m3s ago      Health check failed: Get "http://127.0.0.1:10248/healthz"',
    ].join('\n');
    expect(servicesIn(`${services}\n`)).toEqual([
      { id: 'apid', state: 'Running', healthy: true, message: 'Health check successful' },
      { id: 'etcd', state: 'Preparing', healthy: null, message: 'Running pre state' },
      {
        id: 'kubelet',
        state: 'Running',
        healthy: false,
        message: 'Health check failed: Get "http://127.0.0.1:10248/healthz"',
      },
    ]);
    const version = 'Client:\n\tTag:         v1.12.0\nServer:\n\tNODE:        127.0.5.1\n\tTag:         v1.11.5\n';
    expect([versionIn(version, 'Client'), versionIn(version, 'Server')]).toEqual(['v1.12.0', 'v1.11.5']);
    expect(versionIn('Client:\n\tTag:         v1.12.0\nServer:\n', 'Server')).toBeNull();
    const time =
      'NODE        NTP-SERVER            NODE-TIME                                 NTP-SERVER-TIME\n127.0.5.1   time.cloudflare.com   2026-05-01 12:00:00.123456789 +0000 UTC   2026-05-01 12:00:00 +0000 UTC\n';
    expect(nodeTimeIn(time)?.toISOString()).toBe('2026-05-01T12:00:00.123Z');
  });
});

describe('a talosctl run', () => {
  /** A program in talosctl's place. */
  async function program(script: string): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'appliance-talosctl-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, 'talosctl');
    await writeFile(file, `#!/bin/sh\n${script}\n`);
    await chmod(file, 0o700);
    return file;
  }

  test('sees nothing of the environment but what it needs', async () => {
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv('TALOSCONFIG', '/foreign').stubEnv('KUBECONFIG', '/foreign').stubEnv('HTTPS_PROXY', 'http://proxy');
    const file = await program('env | sort >&2; exit 1');
    const error = await talosThrough(async () => file)
      .clientVersion(signal)
      .catch((thrown: unknown) => thrown);
    const names = (error as TalosError).answer.stderr.match(/^\w+(?==)/gm);
    expect(names?.filter((name) => !['PWD', 'SHLVL', '_', 'OLDPWD'].includes(name))).toEqual([
      'HOME',
      'LC_ALL',
      'PATH',
    ]);
  });

  test('a warning on stderr does not spoil what stands on stdout (lesson 17)', async () => {
    const file = await program('echo "WARNING: server version differs" >&2; printf "Client:\\n\\tTag: v1.12.0\\n"');
    expect(await talosThrough(async () => file).clientVersion(signal)).toBe('v1.12.0');
  });

  test('killed by a signal is a failure (lesson 19)', async () => {
    const file = await program('kill -9 $$');
    await expect(talosThrough(async () => file).clientVersion(signal)).rejects.toMatchObject({ fault: 'other' });
  });

  test('a program that is not there is called missing', async () => {
    await expect(talosThrough(async () => '/no/such/talosctl').clientVersion(signal)).rejects.toMatchObject({
      fault: 'tool-missing',
    });
    const unfound = talosThrough(async () => {
      throw new Error('talosctl is missing');
    });
    await expect(unfound.clientVersion(signal)).rejects.toMatchObject({ fault: 'tool-missing' });
  });

  test('ends with the signal, and with its reason', async () => {
    const file = await program('exec sleep 60');
    const controller = new AbortController();
    const running = talosThrough(async () => file).clientVersion(controller.signal);
    controller.abort(new Error('changed my mind'));
    await expect(running).rejects.toThrow('changed my mind');
  });

  test('tells what it was answered without secrets', async () => {
    const file = await program('echo "token: abcdef.0123456789abcdef" >&2; exit 1');
    const talos = talosThrough(async () => file);
    const error: unknown = await talos.clientVersion(signal).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ answer: { command: 'talosctl version --client', exitCode: 1 } });
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('0123456789abcdef');
  });
});
