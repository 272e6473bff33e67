import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRegularFile } from '../../system/read-file.ts';
import { PORTS } from '../../model/appliance.ts';
import { resolveProgram } from '../../tools/resolve.ts';
import { TalosError } from '../ports/talos.ts';
import type { MachineConfigOrder, TalosFault, TalosPort, TalosTarget } from '../ports/talos.ts';
import { authorityIn, withResolvers } from '../talos-config.ts';
import { timeByCertificate } from './node-certificate.ts';
import {
  disksIn,
  linksIn,
  machineConfigIn,
  nodeTimeIn,
  resolversIn,
  servicesIn,
  timeServersIn,
  versionIn,
} from './talosctl-output.ts';
import { talosctlRunner } from './talosctl-run.ts';

/** A look at a node: longer than a slow line needs, shorter than a person waits. */
const LOOK_MS = 15_000;
const GENERATE_MS = 30_000;
const APPLY_MS = 60_000;
/** As long as a large image takes on a bad line; the heartbeat tells that the worker lives. */
const PULL_MS = 4 * 3_600_000;
const LOG_LINES = 200;
const MODE_ATTEMPTS = 3;
/** A node that wants a certificate hangs up; when it is busy, before its reason has arrived. */
const CUT_OFF = /broken pipe|connection reset by peer/i;

/**
 * Gives the port to real Talos nodes, through the talosctl that the tools table finds. APPLIANCE_TALOS_PORT is for simulated
 * machines on computers that have only one loopback address.
 */
export function talosPort(environment: NodeJS.ProcessEnv): TalosPort {
  let path: string | null = null;
  return talosThrough(
    async (signal) => (path ??= (await resolveProgram('talosctl', { env: environment, signal })).path),
    Number(environment['APPLIANCE_TALOS_PORT'] || PORTS.talos),
  );
}

/** `port` is the TCP port of the nodes' machine API. */
export function talosThrough(
  findProgram: (signal: AbortSignal) => Promise<string>,
  port: number = PORTS.talos,
): TalosPort {
  const access = (nodeIp: string, target: TalosTarget | null): string[] => accessTo(nodeIp, port, target);
  const talosctl = talosctlRunner(findProgram);
  const look = (args: readonly string[], signal: AbortSignal): Promise<string> =>
    talosctl.run({ args, timeoutMs: LOOK_MS }, signal);
  const resource = (type: string, nodeIp: string, target: TalosTarget | null, signal: AbortSignal): Promise<string> =>
    look(['get', type, ...access(nodeIp, target), '--output', 'json'], signal);
  const generate = (args: readonly string[], signal: AbortSignal): Promise<string> =>
    talosctl.run({ args: [...args, '-o', '-'], timeoutMs: GENERATE_MS, secretOutput: true }, signal);

  return {
    clientVersion: async (signal) => need(versionIn(await look(['version', '--client'], signal), 'Client'), 'version'),
    mode: async (nodeIp, signal) => {
      for (let attempt = 1; ; attempt++) {
        try {
          await resource('disks', nodeIp, null, signal);
          return { mode: 'maintenance' };
        } catch (error) {
          if (!(error instanceof TalosError)) throw error;
          if (error.fault === 'not-in-maintenance') return { mode: 'configured' };
          if (!SILENCE.includes(error.fault)) throw error;
          if (attempt >= MODE_ATTEMPTS || !CUT_OFF.test(error.answer.stderr)) return { mode: 'silent', error };
        }
      }
    },
    disks: async (nodeIp, target, signal) => disksIn(await resource('disks', nodeIp, target, signal)),
    links: async (nodeIp, target, signal) => {
      const [links, addresses] = await Promise.all([
        resource('links', nodeIp, target, signal),
        resource('addresses', nodeIp, target, signal),
      ]);
      return linksIn(links, addresses);
    },
    time: async (nodeIp, target, signal) => {
      const told = target ? await look(['time', ...access(nodeIp, target)], signal).catch(unlessAborted(signal)) : '';
      const time = nodeTimeIn(told);
      if (time) return { earliest: time, latest: time };
      return timeByCertificate({ host: nodeIp, port }, LOOK_MS, signal);
    },
    generateSecrets: (signal) => generate(['gen', 'secrets'], signal),
    deriveSecrets: (machineConfig, signal) =>
      generate(['gen', 'secrets', '--from-controlplane-config', machineConfig], signal),
    generateMachineConfig: (order, signal) => generate([...genConfig(order), '--output-types', 'controlplane'], signal),
    generateTalosconfig: (order, signal) => generate([...genConfig(order), '--output-types', 'talosconfig'], signal),
    validate: async (machineConfig, signal) => {
      try {
        await look(['validate', '--config', machineConfig, '--mode', 'metal', '--strict'], signal);
      } catch (error) {
        // Whatever `validate` says of a file that it could read, it says about the configuration.
        if (error instanceof TalosError && error.fault === 'other')
          throw new TalosError('config-invalid', error.answer);
        throw error;
      }
    },
    applyInsecure: async (nodeIp, machineConfig, signal) => {
      const args = ['apply-config', ...access(nodeIp, null), '--file', machineConfig];
      await talosctl.run({ args, timeoutMs: APPLY_MS }, signal);
    },
    version: async (target, signal) =>
      need(versionIn(await look(['version', ...access(target.nodeIp, target)], signal), 'Server'), 'version'),
    bootstrap: async (target, signal) => {
      await talosctl.run({ args: ['bootstrap', ...access(target.nodeIp, target)], timeoutMs: APPLY_MS }, signal);
    },
    kubeconfig: (target, signal) => {
      const args = ['kubeconfig', '-', '--merge=false', ...access(target.nodeIp, target)];
      return talosctl.run({ args, timeoutMs: APPLY_MS, secretOutput: true }, signal);
    },
    services: async (target, signal) => servicesIn(await look(['services', ...access(target.nodeIp, target)], signal)),
    kernelLog: async (target, signal) => {
      const text = await look(['dmesg', ...access(target.nodeIp, target)], signal);
      return text.trimEnd().split('\n').slice(-LOG_LINES);
    },
    resolvers: async (nodeIp, target, signal) => {
      const [dns, ntp] = await Promise.all([
        resource('resolvers', nodeIp, target, signal),
        resource('timeservers', nodeIp, target, signal),
      ]);
      return { dns: resolversIn(dns), ntp: timeServersIn(ntp) };
    },
    setResolvers: async (target, dns, ntp, signal) => {
      const args = ['get', 'machineconfig', 'v1alpha1', ...access(target.nodeIp, target), '--output', 'json'];
      const running = machineConfigIn(await talosctl.run({ args, timeoutMs: LOOK_MS, secretOutput: true }, signal));
      const wanted = withResolvers(running, dns, ntp);
      if (wanted === running) return;
      await withPrivateFile('machine-config.yaml', wanted, async (file) => {
        const apply = ['apply-config', ...access(target.nodeIp, target), '--mode', 'no-reboot', '--file', file];
        await talosctl.run({ args: apply, timeoutMs: APPLY_MS }, signal);
      });
    },
    pullImage: async (target, image, signal) => {
      const args = ['image', 'pull', '--namespace', 'cri', image, ...access(target.nodeIp, target)];
      await talosctl.run({ args, timeoutMs: PULL_MS }, signal);
    },
    caFingerprint: async (talosconfig) => {
      const authority = authorityIn(await readRegularFile(talosconfig));
      if (!authority) throw new Error(`${talosconfig} has no certificate authority in its current context`);
      return createHash('sha256').update(authority.raw).digest('hex');
    },
  };
}

const SILENCE: readonly TalosFault[] = ['unreachable', 'timeout'];

/** Which node, and by which right: always named, so that no file of the operator's home chooses. */
function accessTo(nodeIp: string, port: number, target: TalosTarget | null): string[] {
  const host = nodeIp.includes(':') ? `[${nodeIp}]` : nodeIp;
  const endpoint = port === PORTS.talos ? nodeIp : `${host}:${port}`;
  if (!target) return ['--insecure', '--nodes', endpoint];
  return ['--talosconfig', target.talosconfig, '--nodes', nodeIp, '--endpoints', endpoint];
}

function genConfig(order: MachineConfigOrder): string[] {
  const flags = {
    '--with-secrets': order.secretsFile,
    '--talos-version': order.talosVersion,
    '--kubernetes-version': order.kubernetesVersion.replace(/^v/, ''),
    '--install-disk': order.installDisk,
    '--install-image': order.installerImage,
    '--with-docs': 'false',
    '--with-examples': 'false',
  };
  const named = Object.entries(flags).map(([flag, value]) => `${flag}=${value}`);
  return ['gen', 'config', order.clusterName, order.endpoint, ...named];
}

/** Runs the work with a file that only this user can read, and removes it whatever happens. */
async function withPrivateFile(name: string, text: string, work: (file: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'appliance-client-'));
  try {
    const file = join(folder, name);
    await writeFile(file, text, { mode: 0o600, flag: 'wx' });
    await work(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function need(version: string | null, command: string): string {
  if (version !== null) return version;
  const stderr = `talosctl ${command} reported no version`;
  throw new TalosError('other', { command: `talosctl ${command}`, exitCode: 0, stdout: '', stderr });
}

function unlessAborted(signal: AbortSignal): (error: unknown) => string {
  return (error) => {
    signal.throwIfAborted();
    if (error instanceof TalosError) return '';
    throw error;
  };
}
