import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { TalosFault } from '../../lab/talos-machine.ts';
import { freeTalosAddress } from '../../lab/talos-machine.ts';
import { generateConfig, startInstallation } from './support/installation.ts';
import type { Installation } from './support/installation.ts';
import { jsonDocuments, talosctl, talosctlOk } from './support/talosctl.ts';

/** `talosctl gen config` adds a document that gives a name, and two names are refused. */
const NO_HOSTNAME_DOCUMENT = JSON.stringify({ apiVersion: 'v1alpha1', kind: 'HostnameConfig', $patch: 'delete' });

const open: Installation[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((started) => started[Symbol.asyncDispose]()));
});
async function site(options: Parameters<typeof startInstallation>[0] = {}): Promise<Installation> {
  const started = await startInstallation(options);
  open.push(started);
  return started;
}
const stderrOf = async (args: readonly string[], timeoutMs?: number): Promise<string> => {
  const { exitCode, stdout, stderr } = await talosctl(args, timeoutMs);
  if (exitCode === 0) throw new Error(`talosctl ${args.join(' ')} did not fail: ${stdout}`);
  return stderr;
};

describe('a machine that cannot be reached', () => {
  it('refuses connections until the fault is lifted', async () => {
    const { machine, insecure } = await site({ faults: [{ kind: 'unreachable' }] });
    expect(await stderrOf(['get', 'disks', ...insecure])).toContain('connect: connection refused');
    await machine.control.liftFault('unreachable');
    expect(await talosctlOk(['get', 'disks', ...insecure])).toContain('sda');
  });

  it('or swallows them without a word (talosctl gives up after 20 s: i/o timeout)', async () => {
    const { machine } = await site({ faults: [{ kind: 'unreachable', how: 'blackhole' }] });
    const socket = connect({ host: machine.address, port: Number(machine.endpoint.split(':').at(-1)) });
    const heard = await Promise.race([
      once(socket, 'connect').then(() => 'accepted'),
      once(socket, 'error').then(() => 'refused'),
      delay(1000, 'nothing'),
    ]);
    socket.destroy();
    expect(heard).toBe('nothing');
  });

  it('or is somewhere else after its next boot', async () => {
    const { machine, insecure } = await site();
    const elsewhere = await freeTalosAddress();
    await machine.control.addFault({ kind: 'other-address', address: `${elsewhere.address}:${elsewhere.port}` });
    await machine.control.powerCut();
    await machine.control.waitFor(({ mode }) => mode === 'maintenance');
    expect(await stderrOf(['get', 'disks', ...insecure])).toContain('connection refused');
    expect(await talosctlOk(['get', 'disks', '--insecure', '-n', `${elsewhere.address}:${elsewhere.port}`])).toContain(
      'sda',
    );
  });
});

describe('a machine with a static address', () => {
  it('is found there after its install', async () => {
    const { machine, controlPlane, insecure, secure } = await site();
    const { address } = await freeTalosAddress();
    const network = { hostname: 'appliance', interfaces: [{ interface: 'eth0', addresses: [`${address}/24`] }] };
    const patch = JSON.stringify({ machine: { network } });
    await talosctlOk(['apply-config', ...insecure, '-f', controlPlane, '-p', NO_HOSTNAME_DOCUMENT, '-p', patch]);
    const { listen } = await machine.control.waitFor(({ mode }) => mode === 'secure');
    expect(listen.startsWith(`${address}:`)).toBe(true);
    const there = [...secure.slice(0, 2), '-e', listen, '-n', address];
    expect(await talosctlOk(['get', 'hostname', ...there])).toContain('appliance');
  });
});

describe("a machine that is not this operator's", () => {
  it('is told apart from one that is not there, and from one in maintenance mode', async () => {
    const { insecure, secure } = await site({ alreadyConfigured: true });
    expect(await stderrOf(['get', 'disks', ...insecure])).toMatch(/remote error: tls: certificate required"$/);
    expect(await stderrOf(['version', ...secure])).toContain('x509: certificate signed by unknown authority');
  });

  it('and so is one whose keys are not those of the talosconfig at hand', async () => {
    const { install, secure, folder, machine } = await site();
    await install();
    await generateConfig(path.join(folder, 'other'), machine.kubernetesUrl);
    const others = ['--talosconfig', path.join(folder, 'other', 'talosconfig'), ...secure.slice(2)];
    expect(await stderrOf(['bootstrap', ...others])).toContain('x509: certificate signed by unknown authority');
    expect((await machine.control.state()).effects['bootstrap']).toBeUndefined();

    await machine.control.addFault({ kind: 'foreign-ca' });
    expect(await stderrOf(['version', ...secure])).toContain('x509: certificate signed by unknown authority');
    await machine.control.liftFault('foreign-ca');
    expect(await talosctlOk(['version', ...secure])).toContain('v1.12.0');
  });
});

describe('an install that fails', () => {
  it.each<TalosFault>([{ kind: 'disk-missing' }, { kind: 'install-fails' }])(
    'for $kind: the machine is back in maintenance mode and has forgotten its configuration',
    async (fault) => {
      // A real machine waits ten seconds before it reboots: its answer is out by then.
      const { machine, insecure, controlPlane } = await site({ faults: [fault], times: { shutdown: 500 } });
      const { boots } = await machine.control.state();
      await talosctlOk(['apply-config', ...insecure, '-f', controlPlane]);
      const state = await machine.control.waitFor((now) => now.stage === 'maintenance' && now.boots > boots);
      expect(state).toMatchObject({ installed: false, config: null, effects: { applyConfiguration: 1 } });
      expect(await readFile(machine.consoleFile, 'utf8')).toContain('task install (1/1): failed');
    },
  );

  it('for a power cut under it: the same', async () => {
    const { machine, insecure, controlPlane } = await site({ times: { install: 60_000 } });
    await talosctlOk(['apply-config', ...insecure, '-f', controlPlane]);
    await machine.control.waitFor(({ stage }) => stage === 'installing');
    await machine.restart();
    expect(await machine.control.state()).toMatchObject({ stage: 'maintenance', installed: false, config: null });
  });

  it('for a resolver that refuses: it says so, waits, and goes on with another resolver', async () => {
    const { machine, insecure, secure, controlPlane } = await site({ faults: [{ kind: 'dns-refused' }] });
    await talosctlOk(['apply-config', ...insecure, '-f', controlPlane]);
    await machine.control.waitFor(({ mode }) => mode === 'secure');
    const words = 'lookup factory.talos.dev on 192.168.64.1:53: connection refused';
    expect(await talosctlOk(['dmesg', ...secure])).toContain(words);
    expect(await talosctlOk(['logs', 'machined', ...secure])).toContain(words);
    expect(await talosctlOk(['service', 'machined', ...secure])).toContain(words);
    expect(await stderrOf(['bootstrap', ...secure])).toContain(
      'code = FailedPrecondition desc = bootstrap is not available yet',
    );
    expect(await machine.control.state()).toMatchObject({ stage: 'installing', installed: false });

    const patch = JSON.stringify({ machine: { network: { nameservers: ['9.9.9.9'] } } });
    await talosctlOk(['patch', 'machineconfig', '-p', patch, ...secure]);
    const state = await machine.control.waitFor(({ stage, installed }) => stage === 'booting' && installed);
    expect(state.resolvers).toEqual(['9.9.9.9']);
  });

  it('silently, as Talos does it, the port stays closed until the fault is gone', async () => {
    const { machine, insecure, secure, controlPlane } = await site({ faults: [{ kind: 'dns-refused', silent: true }] });
    await talosctlOk(['apply-config', ...insecure, '-f', controlPlane]);
    await machine.control.waitFor(({ stage }) => stage === 'installing');
    expect(await stderrOf(['version', ...secure])).toContain('connection refused');
    await machine.control.setFaults([]);
    await machine.control.waitFor(({ mode }) => mode === 'secure');
    expect(await talosctlOk(['version', ...secure])).toContain('v1.12.0');
  });
});

describe('a clock that is off', () => {
  it('shows in maintenance mode by the times of the resources', async () => {
    const { insecure } = await site({ faults: [{ kind: 'clock-off', offsetMs: -86_400_000 }] });
    const [disk] = jsonDocuments(await talosctlOk(['get', 'disks', '-o', 'json', ...insecure]));
    const written = Date.parse(String((disk?.metadata as { updated?: string } | undefined)?.updated));
    expect((Date.now() - written) / 3_600_000).toBeCloseTo(24, 0);
  });

  it('makes certificates unusable, ahead or behind', async () => {
    const { machine, install, secure } = await site();
    await install();
    await machine.control.setFaults([{ kind: 'clock-off', offsetMs: 7_200_000 }]);
    expect(await stderrOf(['version', ...secure])).toMatch(
      /x509: certificate has expired or is not yet valid: .* is before/,
    );
    await machine.control.setFaults([{ kind: 'clock-off', offsetMs: -7_200_000 }]);
    expect(await stderrOf(['version', ...secure])).toContain('remote error: tls: expired certificate');
  });

  it('without a time server keeps the secure API closed', async () => {
    const { machine, insecure, secure, controlPlane } = await site({
      faults: [{ kind: 'clock-off', offsetMs: 1000, unsynced: true }],
    });
    await talosctlOk(['apply-config', ...insecure, '-f', controlPlane]);
    await machine.control.waitFor(({ services }) => services.some(({ id }) => id === 'containerd'));
    expect(await stderrOf(['version', ...secure])).toContain('connection refused');
    await machine.control.liftFault('clock-off');
    await machine.control.waitFor(({ mode }) => mode === 'secure');
  });
});

describe('a call that is cut off', () => {
  it.each([
    ['before', undefined],
    ['after', 1],
  ] as const)('%s its effect: the caller cannot know which', async (when, effect) => {
    const { machine, install, secure } = await site();
    await install();
    for (const action of ['cut', 'reboot'] as const) {
      await machine.control.setFaults([{ kind: 'call', method: 'Bootstrap', when, action }]);
      expect(await stderrOf(['bootstrap', ...secure])).toMatch(
        /code = Unavailable desc = (error reading from server|connection error)/,
      );
      expect((await machine.control.state()).effects['bootstrap']).toBe(effect);
      if (action === 'cut' && when === 'after') break;
      await machine.control.waitFor(({ services }) =>
        services.some(({ id, healthy }) => id === 'cri' && healthy === true),
      );
    }
    await machine.control.setFaults([]);
    const again = await talosctl(['bootstrap', ...secure]);
    expect(again.stderr).toContain(effect === undefined ? '' : 'AlreadyExists');
    expect((await machine.control.state()).effects['bootstrap']).toBe(1);
  });

  it('strikes the nth call only, with an error, or never answers', async () => {
    const { machine, install, secure } = await site();
    await install();
    await machine.control.setFaults([
      { kind: 'call', method: 'ServiceList', nth: 2, action: 'error', code: 13, message: 'boom' },
    ]);
    await talosctlOk(['service', ...secure]);
    expect(await stderrOf(['service', ...secure])).toContain('rpc error: code = Internal desc = boom');
    await talosctlOk(['service', ...secure]);

    await machine.control.setFaults([{ kind: 'call', method: 'ServiceList', action: 'hang' }]);
    const started = Date.now();
    await stderrOf(['service', ...secure], 1500);
    expect(Date.now() - started).toBeGreaterThanOrEqual(1400);
  });

  it('may also just be slow', async () => {
    const { machine, insecure } = await site();
    await machine.control.setFaults([{ kind: 'slow', delayMs: 400 }]);
    const started = Date.now();
    await talosctlOk(['get', 'disks', ...insecure]);
    expect(Date.now() - started).toBeGreaterThan(800);
  });
});

describe('what fails later', () => {
  it('etcd that does not come up', async () => {
    const { machine, install, secure } = await site({ faults: [{ kind: 'etcd-down' }] });
    await install();
    await talosctlOk(['bootstrap', ...secure]);
    await machine.control.waitFor(({ services }) =>
      services.some(({ id, healthy }) => id === 'etcd' && healthy === false),
    );
    expect(await stderrOf(['health', '--wait-timeout', '2s', ...secure])).toMatch(
      /waiting for etcd to be healthy: 1 error occurred/,
    );
    await machine.control.liftFault('etcd-down');
    await machine.control.waitFor(({ stage }) => stage === 'running');
  });

  it('an image that is not there, and one that cannot be asked for', async () => {
    const { machine, install, secure } = await site();
    await install();
    const image = 'ghcr.io/nine-minds/workflow-worker:61e4a00e';
    await machine.control.setFaults([{ kind: 'image-pull', image, message: `${image}: not found` }]);
    expect(await stderrOf(['image', 'pull', image, ...secure])).toContain(
      `code = NotFound desc = error pulling image: failed to pull image "${image}"`,
    );
    await machine.control.setFaults([{ kind: 'dns-refused' }]);
    expect(await stderrOf(['image', 'pull', image, ...secure])).toContain(
      'lookup ghcr.io on 192.168.64.1:53: connection refused',
    );
    expect((await machine.control.state()).effects['imagePull']).toBeUndefined();
  });
});

describe('the control surface', () => {
  it('refuses a fault that is none, and says why', async () => {
    const { machine } = await site();
    await expect(machine.control.addFault({ kind: 'slow', delayMs: 0 })).rejects.toThrow('delayMs must be above 0');
    await expect(machine.control.waitFor(() => false, 50)).rejects.toThrow('the machine did not get there in 50 ms');
  });

  it('knows two machines side by side apart', async () => {
    const [one, two] = [await site(), await site({ disks: [{ device: '/dev/nvme0n1', size: 1e9 }] })];
    expect(await talosctlOk(['get', 'disks', ...one.insecure])).not.toContain('nvme0n1');
    expect(await talosctlOk(['get', 'disks', ...two.insecure])).toContain('nvme0n1');
  });
});
