import { isIPv6 } from 'node:net';
import { PATIENCE } from '../../../model/timing.ts';
import { stop } from '../../stop.ts';
import type { PhaseContext } from '../../phase-context.ts';
import { TalosError } from '../../ports/talos.ts';
import type { TalosTarget } from '../../ports/talos.ts';
import { waitFor } from '../../wait.ts';
import { RECHECKS, advise, talosctl } from '../../../model/advice.ts';

const LOOK_EVERY_MS = 1_000;

type Settings = Awaited<ReturnType<PhaseContext['ports']['talos']['resolvers']>>;

/** Says whether the spec names resolvers or time servers at all; where it does not, the node's own stay. */
export function namesResolvers({ spec }: Pick<PhaseContext, 'spec'>): boolean {
  return spec.dnsServers.length > 0 || spec.ntpServers.length > 0;
}

/**
 * Gives a running node the spec's resolvers and time servers: looks, compares, acts only on a difference, and looks whether
 * the node uses them. Says whether it acted.
 */
export async function ensureResolvers(context: PhaseContext, target: TalosTarget): Promise<boolean> {
  const { spec, ports, signal } = context;
  if (!namesResolvers(context)) return false;
  if (difference(context, await ports.talos.resolvers(target.nodeIp, target, signal)) === null) return false;
  await ports.talos.setResolvers(target, spec.dnsServers, spec.ntpServers, signal);
  await waitFor(context, {
    what: `${spec.nodeIp} to use its new DNS and time servers`,
    everyMs: LOOK_EVERY_MS,
    look: async () => {
      try {
        const differs = difference(context, await ports.talos.resolvers(target.nodeIp, target, signal));
        return differs === null ? { done: true } : { saw: differs };
      } catch (error) {
        if (!(error instanceof TalosError) || error.fault !== 'unreachable') throw error;
        // It hung on its old resolvers and continues to install now; `awaitSecureApi` looks again when it has booted.
        return isInstalling(context) ? { done: true } : { saw: 'it does not answer' };
      }
    },
    late: {
      afterMs: PATIENCE.setNodeResolvers.takesUp,
      end: (saw) => {
        throw notTakenUp(context, saw);
      },
    },
  });
  return true;
}

/** A node that this install gave its first configuration, and that has not been seen as a cluster yet. */
function isInstalling({ facts }: PhaseContext): boolean {
  return facts.alreadyInstalled === false && facts.kubeSystemUid === undefined;
}

/** Says in words how what the node uses differs from the spec; null where it does not. */
function difference({ spec }: PhaseContext, uses: Settings): string | null {
  const dns = uses.dns.map(canonical);
  const wanted = spec.dnsServers.map(canonical);
  // Talos keeps the servers of an address family for which the configuration names none (network.ResolverMergeController).
  const counted = dns.filter((server) => wanted.some((each) => isIPv6(each) === isIPv6(server)));
  if (wanted.length > 0 && !same(counted, wanted)) return `it uses the DNS servers ${listed(uses.dns)}`;
  if (spec.ntpServers.length > 0 && !same(uses.ntp, spec.ntpServers))
    return `it uses the time servers ${listed(uses.ntp)}`;
  return null;
}

function notTakenUp(context: PhaseContext, saw: string): Error {
  const { spec, ports } = context;
  const object = `node ${spec.nodeIp}`;
  return stop(context, 'unknown-failure', {
    component: 'talos',
    object,
    reason: `The node ${spec.nodeIp} has the new servers in its configuration but does not use them: ${saw}.`,
    advice: advise`Check what overrides them: ${talosctl(spec, 'get', 'resolverspecs')}. ${RECHECKS}`,
    evidence: [{ source: 'talosctl', object, message: saw, at: ports.clock.now().toISOString() }],
  });
}

function same(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((server, index) => server === right[index]);
}

function listed(servers: readonly string[]): string {
  return servers.length > 0 ? servers.join(', ') : 'none';
}

/** One spelling for an IPv6 address, as the URL standard has it. */
function canonical(address: string): string {
  return isIPv6(address) ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
}
