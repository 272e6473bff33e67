import { describe, expect, it } from 'vitest';
import { classifyText, diagnose } from '../../diagnosis/index.ts';
import type { Snapshot, TalosAnswer } from '../../model/snapshot.ts';
import { NOW } from './appliance.ts';

const answered = (command: string, stdout = 'ok'): TalosAnswer => ({ command, exitCode: 0, stdout, stderr: '' });
const refused = (command: string, stderr: string): TalosAnswer => ({ command, exitCode: 1, stdout: '', stderr });

/** Takes answers of talosctl in the order in which they were given, and nothing else of the appliance. */
function told(...talos: readonly TalosAnswer[]) {
  const snapshot: Snapshot = {
    apiVersion: 'appliance.alga-psa/v1',
    kind: 'Snapshot',
    takenAt: new Date(NOW).toISOString(),
    site: { siteId: 'site-1', nodeIp: '192.0.2.10', appUrl: null },
    talos: [...talos],
  };
  const { blockers, graph } = diagnose(snapshot, { now: new Date(NOW) });
  return { roots: blockers.map((one) => one.code), why: graph.ruledOut.map((one) => one.why) };
}

const noRoute =
  'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 192.0.2.10:50000: connect: no route to host"';
const wantsCertificate =
  'rpc error: code = Unavailable desc = connection error: desc = "error reading server preface: remote error: tls: certificate required"';
const unknownAuthority =
  'rpc error: code = Unavailable desc = connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate signed by unknown authority"';

describe('the same words of talosctl, by the API that was asked', () => {
  it.each<[code: string, command: string, stderr: string]>([
    ['talos-maintenance-unreachable', 'talosctl get disks --insecure -n 192.0.2.10', noRoute],
    ['talos-maintenance-unreachable', 'talosctl apply-config -i -n 192.0.2.10', noRoute],
    ['talos-api-unreachable', 'talosctl version -n 192.0.2.10', noRoute],
    ['talos-already-configured', 'talosctl get disks --insecure', wantsCertificate],
    ['talos-tls-mismatch', 'talosctl version', wantsCertificate],
    ['talos-tls-mismatch', 'talosctl version', unknownAuthority],
    ['talos-already-configured', 'talosctl apply-config --insecure', unknownAuthority],
  ])('%s: %s', (code, command, stderr) => {
    expect(told(refused(command, stderr)).roots).toEqual([code]);
  });

  it('a message alone is judged by the same rule', () => {
    const place = {
      source: 'talosctl',
      object: 'node',
      component: 'talos',
      tier: 'platform',
      at: '2026-05-01T12:00:00Z',
    } as const;
    expect(classifyText(noRoute, { ...place, insecure: true })?.code).toBe('talos-maintenance-unreachable');
    expect(classifyText(noRoute, place)?.code).toBe('talos-api-unreachable');
  });
});

describe('what talosctl said before is history', () => {
  it('when the same call was answered later', () => {
    const command = 'talosctl health';
    const picture = told(refused(command, 'waiting for etcd to be healthy: 1 error occurred'), answered(command));
    expect(picture).toEqual({ roots: [], why: ['a later call was answered'] });
  });

  it('when the secured API has answered since: the maintenance API is closed for good then', () => {
    const picture = told(refused('talosctl get disks --insecure', noRoute), answered('talosctl version'));
    expect(picture).toEqual({ roots: [], why: ['a later call was answered'] });
  });

  it('but not when the answer came before it', () => {
    expect(told(answered('talosctl version'), refused('talosctl version', noRoute)).roots).toEqual([
      'talos-api-unreachable',
    ]);
  });

  it('but an answer of the maintenance API is none of the secured one', () => {
    expect(told(refused('talosctl version', noRoute), answered('talosctl get disks --insecure')).roots).toEqual([
      'talos-api-unreachable',
    ]);
  });

  it('and a machine in maintenance has no certificate of a cluster yet', () => {
    const picture = told(answered('talosctl get disks --insecure'), refused('talosctl version', unknownAuthority));
    expect(picture.roots).toEqual([]);
    expect(picture.why).toEqual(['the machine is in maintenance mode, and has no certificate of a cluster yet']);
  });
});

describe('refusals that say where the machine stands', () => {
  it.each([
    ['rpc error: code = Unimplemented desc = API is not implemented in maintenance mode'],
    ['rpc error: code = AlreadyExists desc = etcd data directory is not empty'],
    ['rpc error: code = FailedPrecondition desc = bootstrap is not available yet'],
  ])('%s', (stderr) => {
    expect(told(refused('talosctl bootstrap', stderr)).roots).toEqual([]);
  });
});

describe('logs that talosctl showed', () => {
  const dns =
    '192.0.2.10: user: warning: [talos] task install failed: lookup factory.talos.dev on 192.0.2.1:53: connection refused';

  it('name a cause by their last telling line', () => {
    const log = ['kernel: eth0: link up', dns, 'user: warning: [talos] retrying'].join('\n');
    expect(told(answered('talosctl -n 192.0.2.10 dmesg', log)).roots).toEqual(['dns-resolution-failure']);
  });

  it('are no cause long after', () => {
    const log = [dns, ...Array.from({ length: 40 }, (_, n) => `user: info: line ${n}`)].join('\n');
    expect(told(answered('talosctl -n 192.0.2.10 dmesg', log)).roots).toEqual([]);
  });

  it('are not looked for in what other calls gave', () => {
    expect(told(answered('talosctl get machineconfig -o yaml', dns)).roots).toEqual([]);
  });
});
