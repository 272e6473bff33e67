import type { TalosAnswer } from '../../model/snapshot.ts';
import { PORTS } from '../../model/appliance.ts';
import { resolveProgram } from '../../tools/resolve.ts';
import { TalosError } from '../ports/talos.ts';
import type { TalosTarget } from '../ports/talos.ts';
import { talosctlRunner } from './talosctl-run.ts';

/** What may be asked of a Talos machine for support: states and logs, nothing that prints a configuration or a key. */
export const TALOS_LOOKS = {
  version: ['version'],
  services: ['services'],
  health: ['health', '--wait-timeout', '5s'],
  dmesg: ['dmesg'],
  links: ['get', 'links'],
  addresses: ['get', 'addresses'],
  routes: ['get', 'routes'],
  resolvers: ['get', 'resolvers'],
  timeservers: ['get', 'timeservers'],
  time: ['time'],
  'machine-status': ['get', 'machinestatus', '--output', 'yaml'],
  volumes: ['get', 'volumestatus', '--output', 'yaml'],
  diagnostics: ['get', 'diagnostics', '--output', 'yaml'],
  'log-kubelet': ['logs', 'kubelet', '--tail', '200'],
  'log-etcd': ['logs', 'etcd', '--tail', '200'],
  'log-machined': ['logs', 'machined', '--tail', '200'],
} as const satisfies Readonly<Record<string, readonly string[]>>;
export type TalosLookName = keyof typeof TALOS_LOOKS;

/** Asks one of these, and gives the answer whatever its exit code; `command` names no file of this machine. */
export type TalosLook = (name: TalosLookName, target: TalosTarget, signal: AbortSignal) => Promise<TalosAnswer>;

const LOOK_MS = 12_000;

/** Looks through the talosctl that is on this machine: nothing is downloaded or built for it. Throws where there is none. */
export async function talosLook(environment: NodeJS.ProcessEnv): Promise<TalosLook> {
  const { path } = await resolveProgram('talosctl', { env: environment, make: false });
  const port = Number(environment['APPLIANCE_TALOS_PORT'] || PORTS.talos);
  const talosctl = talosctlRunner(async () => path);
  return async (name, { nodeIp, talosconfig }, signal) => {
    const host = nodeIp.includes(':') ? `[${nodeIp}]` : nodeIp;
    const endpoint = port === PORTS.talos ? nodeIp : `${host}:${port}`;
    const command = `talosctl ${TALOS_LOOKS[name].join(' ')}`;
    const args = [...TALOS_LOOKS[name], '--talosconfig', talosconfig, '--nodes', nodeIp, '--endpoints', endpoint];
    try {
      return { command, exitCode: 0, stdout: await talosctl.run({ args, timeoutMs: LOOK_MS }, signal), stderr: '' };
    } catch (error) {
      if (!(error instanceof TalosError)) throw error;
      return { ...error.answer, command };
    }
  };
}
