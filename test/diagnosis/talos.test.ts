import { describe, expect, it } from 'vitest';
import { classifyText } from '../../diagnosis/index.ts';
import { diagnose } from '../support/diagnosed.ts';
import type { Snapshot, TalosAnswer } from '../../model/snapshot.ts';
import { NOW, appliance } from './appliance.ts';

const answered = (command: string, stdout = 'ok'): TalosAnswer => ({ command, exitCode: 0, stdout, stderr: '' });
const refused = (command: string, stderr: string): TalosAnswer => ({ command, exitCode: 1, stdout: '', stderr });

/** Nothing of the appliance but answers of talosctl, in the order in which they were given. */
function pictureOf(talos: readonly TalosAnswer[]): Snapshot {
  return {
    apiVersion: 'appliance.alga-psa/v1',
    kind: 'Snapshot',
    takenAt: new Date(NOW).toISOString(),
    site: { siteId: 'site-1', nodeIp: '192.0.2.10', appUrl: null },
    talos: [...talos],
  };
}

function told(...talos: readonly TalosAnswer[]) {
  const { blockers, graph } = diagnose(pictureOf(talos), { now: new Date(NOW) });
  return { roots: blockers.map((one) => one.code), why: graph.ruledOut.map((one) => one.why) };
}

/** The time so many minutes before the picture. */
const at = (minutesAgo: number): string => new Date(NOW - minutesAgo * 60_000).toISOString();

const evidenceOf = (...talos: readonly TalosAnswer[]): string[] =>
  diagnose(pictureOf(talos), { now: new Date(NOW) }).blockers.flatMap(({ evidence }) =>
    evidence.map(({ message }) => message),
  );

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
    expect(picture.why).toEqual(['the machine is in maintenance mode and has no cluster certificate yet']);
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

describe('answers that succeed and report a failure', () => {
  const services = (...rows: readonly string[]): TalosAnswer =>
    answered(
      'talosctl -n 192.0.2.10 services',
      ['NODE         SERVICE   STATE     HEALTH   LAST CHANGE   LAST EVENT', ...rows, ''].join('\n'),
    );
  const failing = (age: string): string =>
    `192.0.2.10   kubelet   Running   Fail     ${age.padEnd(13)} Health check failed: dial tcp 127.0.0.1:10248: connect: connection refused`;
  const volume = (phase: string): TalosAnswer =>
    answered(
      'talosctl get volumestatus -o yaml',
      `node: 192.0.2.10\nmetadata:\n    type: VolumeStatuses.block.talos.dev\n    id: EPHEMERAL\n    updated: ${at(2)}\nspec:\n    phase: ${phase}\n    errorMessage: 'filesystem type mismatch: vfat != xfs'\n`,
    );
  const machine = answered(
    'talosctl get machinestatus -o yaml',
    `node: 192.0.2.10\nmetadata:\n    type: MachineStatuses.runtime.talos.dev\n    id: machine\n    updated: ${at(9)}\nspec:\n    stage: booting\n    status:\n        ready: false\n        unmetConditions:\n            - name: services\n              reason: kubelet not running\n`,
  );

  it('name the service that fails, once it has had time to start', () => {
    expect(told(services(failing('2m1s ago'))).roots).toEqual(['unknown-failure']);
    expect(told(services(failing('5s ago'))).roots).toEqual([]);
  });

  it('say what the service says, and not that talosctl is refused', () => {
    expect(evidenceOf(services(failing('2m1s ago')))).toEqual([
      expect.stringContaining('service kubelet is Running, health Fail: Health check failed: dial tcp 127.0.0.1:10248'),
    ]);
  });

  it('name a failed volume, with what waits for it as evidence', () => {
    expect(evidenceOf(machine, volume('failed'))).toEqual([
      'volume EPHEMERAL failed: filesystem type mismatch: vfat != xfs',
      'the machine is booting and not ready: services: kubelet not running',
    ]);
    expect(told(volume('ready')).roots).toEqual([]);
  });

  it('name what is waited for where nothing says more', () => {
    expect(told(machine).roots).toEqual(['unknown-failure']);
  });

  it('are refuted by the node itself, where the API server says that it is Ready', () => {
    const snapshot = appliance((_items, mutable) => mutable.talos.push(services(failing('9m ago')), machine));
    expect(diagnose(snapshot, { now: new Date(NOW) }).blockers).toEqual([]);
  });
});

describe('stamps of a log decide', () => {
  const line = (minutesAgo: number, text: string): string =>
    `192.0.2.10: user: warning: [${at(minutesAgo)}]: [talos] ${text}`;
  const dmesg = (...lines: readonly string[]): TalosAnswer =>
    answered('talosctl -n 192.0.2.10 dmesg', lines.join('\n'));
  const noName = 'error serving dns request {"error": "lookup gcr.io on 8.8.8.8:53: i/o timeout"}';
  const failed = 'service[trustd](Failed): Failed to run pre stage: no words that a rule knows';

  it('what may pass counts while it repeats', () => {
    expect(told(dmesg(line(2, noName), line(1.5, noName), line(1, noName))).roots).toEqual(['dns-resolution-failure']);
    expect(told(dmesg(line(1.5, noName), line(1, noName))).roots).toEqual([]);
    expect(told(dmesg(line(62, noName), line(61, noName), line(60, noName))).roots).toEqual([]);
  });

  it('a later line about the same thing overtakes it', () => {
    expect(told(dmesg(line(3, failed))).roots).toEqual(['unknown-failure']);
    expect(told(dmesg(line(3, failed), line(2, 'service[kubelet](Running): Health check successful'))).roots).toEqual([
      'unknown-failure',
    ]);
    expect(told(dmesg(line(3, failed), line(2, 'service[trustd](Running): Health check successful'))).roots).toEqual(
      [],
    );
  });

  it('other resolvers overtake what was said of the former', () => {
    const lines = [line(2, noName), line(1.5, noName), line(1.2, noName)];
    expect(told(dmesg(...lines, line(1, 'updated dns server nameservers {"addrs": ["192.0.2.1:53"]}'))).roots).toEqual(
      [],
    );
  });
});
