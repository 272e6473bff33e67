import { OBJECTS, PORTS } from '../../model/appliance.ts';
import type { Blocker } from '../../model/blocker.ts';
import { PATIENCE } from '../../model/timing.ts';
import type { PhaseOutcome } from '../../model/workflow-contract.ts';
import { Blocked } from '../blocked.ts';
import { stopOnBlockers } from '../appliance-look.ts';
import { openCluster } from '../cluster.ts';
import type { PhaseContext } from '../phase-context.ts';
import { blockerFor } from '../stop.ts';
import { waitFor } from '../wait.ts';

const TIMEOUT_MS = 3_000;

/**
 * Waits for the status page on the node. Late, or kept from running by whatever is about the page itself, it is a warning; it never
 * holds up the application.
 */
export async function awaitStatusPage(context: PhaseContext): Promise<PhaseOutcome> {
  const { spec, ports, signal } = context;
  const cluster = await openCluster(context);
  const url = statusUrl(spec.nodeIp);
  const check = stopOnBlockers(context, cluster, ({ component }) => component === OBJECTS.statusService);
  return waitFor<PhaseOutcome>(context, {
    what: `the status page at ${url}`,
    look: async () => {
      const { status, error } = await ports.http.get(`${url}healthz`, { signal, timeoutMs: TIMEOUT_MS });
      if (status === 200) {
        return { done: { did: 'acted', detail: `The status page answers at ${url}`, facts: { statusPageSeen: true } } };
      }
      const saw = error ?? `it answers ${status}`;
      try {
        return { saw, activeOperations: await check() };
      } catch (thrown) {
        if (!(thrown instanceof Blocked)) throw thrown;
        return { done: without(thrown.blockers) };
      }
    },
    late: { afterMs: PATIENCE.awaitStatusPage.answers, end: (saw) => late(context, url, saw) },
  });
}

export function statusUrl(nodeIp: string): string {
  return `http://${nodeIp.includes(':') ? `[${nodeIp}]` : nodeIp}:${PORTS.statusPage}/`;
}

function without(blockers: readonly Blocker[]): PhaseOutcome {
  return {
    did: 'degraded',
    detail: blockers.map(({ reason }) => reason).join('; '),
    facts: { statusPageSeen: false },
    warnings: blockers.map((blocker) => ({ ...blocker, severity: 'warning' })),
  };
}

function late(context: PhaseContext, url: string, saw: string): PhaseOutcome {
  const minutes = PATIENCE.awaitStatusPage.answers / 60_000;
  const warning = blockerFor(context, 'probe-failing', {
    component: OBJECTS.statusService,
    object: url,
    severity: 'warning',
    loginBlocking: false,
    reason: `The status page at ${url} did not answer within ${minutes} minutes: ${saw}. The install continued without it.`,
    evidence: [{ source: 'http', object: url, message: saw, at: context.ports.clock.now().toISOString() }],
  });
  return {
    did: 'degraded',
    detail: `The status page does not answer yet: ${saw}`,
    facts: { statusPageSeen: false },
    warnings: [warning],
  };
}
