import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { TalosError } from '../../activities/ports/talos.ts';
import type { TalosPort, TalosTarget } from '../../activities/ports/talos.ts';
import { PORTS } from '../../model/appliance.ts';
import { TALOS } from '../../model/talos.ts';
import { isMissing, isOnNode, notFoundMessage, pull } from '../cluster/images.ts';
import { ordersOf, trustedBy } from '../machine/config.ts';
import { WORDS, talosError } from '../machine/faults.ts';
import { bundleOf, kubeconfig, machineConfig, secretsBundle, talosconfig } from '../machine/files.ts';
import { DISKS, linksAt } from '../machine/hardware.ts';
import { beginInstall, reach, touchMachine } from '../machine/life.ts';
import { servicesOf } from '../machine/services.ts';
import type { Stage } from '../world/stage.ts';
import type { World } from '../world/index.ts';
import { clockPort } from './clock.ts';

const TALOS_VERSION = `v${TALOS}`;

/** The simulated machine's Talos API, in the shape and with the words of talosctl. */
export function talosPort(world: World): TalosPort {
  const clock = clockPort(world);
  const call = <T>(signal: AbortSignal, act: (stage: Stage) => T): T => {
    signal.throwIfAborted();
    return world.enter(act);
  };
  const insecure = async <T>(
    what: string,
    nodeIp: string,
    signal: AbortSignal,
    act: (stage: Stage) => T,
  ): Promise<T> => {
    const command = `talosctl ${what} --insecure --nodes ${nodeIp} --endpoints ${nodeIp}`;
    return call(signal, (stage) => {
      const { api } = reach(stage);
      if (api === 'none') throw talosError('unreachable', command, WORDS.refused(nodeIp));
      if (api === 'secure') throw talosError('not-in-maintenance', command, WORDS.notInMaintenance());
      return act(stage);
    });
  };
  const secure = async <T>(
    what: string,
    target: TalosTarget,
    signal: AbortSignal,
    act: (stage: Stage, command: string) => T,
  ): Promise<T> => {
    const { nodeIp } = target;
    const command = `talosctl ${what} --talosconfig ${target.talosconfig} --nodes ${nodeIp} --endpoints ${nodeIp}`;
    const trusted = trustedBy(await readFile(target.talosconfig, 'utf8'));
    return call(signal, (stage) => {
      const { api } = reach(stage);
      if (api === 'none') throw talosError('unreachable', command, WORDS.refused(nodeIp));
      if (api === 'maintenance' || trusted !== stage.state.machine.ca) {
        throw talosError('tls-mismatch', command, WORDS.foreign());
      }
      return act(stage, command);
    });
  };
  const either = async <T>(
    what: string,
    nodeIp: string,
    target: TalosTarget | null,
    signal: AbortSignal,
    act: (stage: Stage) => T,
  ): Promise<T> => (target ? secure(what, target, signal, act) : insecure(what, nodeIp, signal, act));

  return {
    clientVersion: async () => TALOS_VERSION,
    mode: async (nodeIp, signal) => {
      try {
        await insecure('get disks', nodeIp, signal, () => undefined);
        return { mode: 'maintenance' };
      } catch (error) {
        if (!(error instanceof TalosError)) throw error;
        return error.fault === 'not-in-maintenance' ? { mode: 'configured' } : { mode: 'silent', error };
      }
    },
    disks: (nodeIp, target, signal) => either('get disks', nodeIp, target, signal, () => [...DISKS]),
    links: (nodeIp, target, signal) => either('get links', nodeIp, target, signal, () => linksAt(nodeIp)),
    time: async (nodeIp, target, signal) =>
      either('time', nodeIp, target, signal, (stage) => ({
        earliest: new Date(stage.now),
        latest: new Date(stage.now),
      })),
    generateSecrets: async () => secretsBundle(),
    deriveSecrets: async (file) => bundleOf(ordersOf(await readFile(file, 'utf8')).ca ?? ''),
    generateMachineConfig: async (order) => machineConfig(order, await readFile(order.secretsFile, 'utf8')),
    generateTalosconfig: async (order) => talosconfig(order, await readFile(order.secretsFile, 'utf8')),
    validate: async (file) => {
      const command = `talosctl validate --config ${file} --mode metal --strict`;
      if (ordersOf(await readFile(file, 'utf8')).ca === null) {
        throw talosError('config-invalid', command, WORDS.invalid('machine.ca is required'));
      }
    },
    applyInsecure: async (nodeIp, file, signal) => {
      const orders = ordersOf(await readFile(file, 'utf8'));
      await insecure('apply-config', nodeIp, signal, (stage) => {
        const { machine } = stage.state;
        machine.nodeIp = nodeIp;
        machine.ca = orders.ca;
        machine.hostname = orders.hostname ?? machine.hostname;
        machine.installer = orders.installer ?? machine.installer;
        if (orders.dns.length > 0) machine.dns = [...orders.dns];
        beginInstall(stage);
      });
    },
    version: (target, signal) => secure('version', target, signal, () => TALOS_VERSION),
    bootstrap: (target, signal) =>
      secure('bootstrap', target, signal, (stage, command) => {
        if (!reach(stage).mayBootstrap) throw talosError('not-yet', command, WORDS.notYet());
        if (stage.state.machine.etcdSince !== null) {
          throw talosError('already-exists', command, WORDS.alreadyBootstrapped());
        }
        stage.state.machine.etcdSince = stage.now;
        touchMachine(stage);
      }),
    kubeconfig: (target, signal) =>
      secure('kubeconfig -', target, signal, (stage) =>
        kubeconfig(`https://${target.nodeIp}:${PORTS.kubernetes}`, stage.state.machine.ca ?? ''),
      ),
    services: (target, signal) => secure('services', target, signal, servicesOf),
    kernelLog: (target, signal) => secure('dmesg', target, signal, (stage) => [...stage.state.machine.log]),
    resolvers: (nodeIp, target, signal) =>
      either('get resolvers', nodeIp, target, signal, ({ state: { machine } }) => ({
        dns: [...machine.dns],
        ntp: [...machine.ntp],
      })),
    setResolvers: (target, dns, ntp, signal) =>
      secure('apply-config --mode no-reboot', target, signal, (stage) => {
        const { machine } = stage.state;
        if (dns.length > 0) machine.dns = [...dns];
        if (ntp.length > 0) machine.ntp = [...ntp];
        touchMachine(stage);
      }),
    pullImage: async (target, image, signal) => {
      for (;;) {
        const isThere = await secure(`image pull --namespace cri ${image}`, target, signal, (stage, command) => {
          if (isMissing(stage, image))
            throw talosError('other', command, WORDS.notFound(image, notFoundMessage(image)));
          pull(stage, image);
          return isOnNode(stage, image);
        });
        if (isThere) return;
        await clock.sleep(2_000, signal);
      }
    },
    caFingerprint: async (file) =>
      createHash('sha256')
        .update(trustedBy(await readFile(file, 'utf8')))
        .digest('hex'),
  };
}
