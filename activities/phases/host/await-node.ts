import { z } from 'zod';
import { classifyText } from '../../../diagnosis/index.ts';
import type { KubernetesObject } from '../../../model/snapshot.ts';
import { PATIENCE } from '../../../model/timing.ts';
import type { PhaseOutcome } from '../../../model/workflow-contract.ts';
import { Blocked } from '../../blocked.ts';
import { openCluster } from '../../cluster.ts';
import type { PhaseContext } from '../../phase-context.ts';
import { currentCondition } from '../../../kubernetes/readiness.ts';
import { stop } from '../../stop.ts';
import { waitFor } from '../../wait.ts';
import type { Sight } from '../../wait.ts';

const addresses = z.object({ addresses: z.array(z.object({ type: z.string(), address: z.string() })).default([]) });

/** Waits until the node is Ready in its own cluster, and says why when it is not. */
export async function awaitNode(context: PhaseContext): Promise<PhaseOutcome> {
  const cluster = await openCluster(context);
  const nodeName = await waitFor(context, {
    what: 'the node to be Ready',
    look: async (): Promise<Sight<string>> => {
      const nodes = await cluster.list({ apiVersion: 'v1', kind: 'Node' }, {}, context.signal);
      const node = ownNode(context, nodes);
      if (!node) return { saw: 'the node has not registered with the cluster yet' };
      const ready = currentCondition(node, 'Ready');
      if (ready?.status === 'True') return { done: node.metadata.name };
      return { saw: ready ? `${ready.reason}: ${ready.message}` : 'the node has not reported its state yet' };
    },
    late: {
      afterMs: PATIENCE.awaitNode.ready,
      end: (saw) => {
        throw notReady(context, saw);
      },
    },
  });
  return { did: 'nothing-to-do', detail: `the node ${nodeName} is Ready`, facts: { nodeName } };
}

/** The node at the site's address, or of its name; the only one there is, where its address is not told. */
function ownNode({ spec }: PhaseContext, nodes: readonly KubernetesObject[]): KubernetesObject | null {
  const byAddress = nodes.find((node) => {
    const parsed = addresses.safeParse(node['status']);
    return parsed.data?.addresses.some(({ address }) => address === spec.nodeIp);
  });
  const byName = nodes.find((node) => node.metadata.name === spec.hostname);
  return byAddress ?? byName ?? (nodes.length === 1 ? (nodes[0] ?? null) : null);
}

function notReady(context: PhaseContext, saw: string): Blocked {
  const { spec, ports } = context;
  const at = ports.clock.now().toISOString();
  const object = `Node ${spec.hostname}`;
  const place = { component: 'node', tier: 'platform', siteId: spec.siteId, nodeIp: spec.nodeIp } as const;
  const named = classifyText(saw, { ...place, source: 'kubelet log', object, at });
  if (named) return new Blocked([named]);
  const evidence = [{ source: 'kubernetes', object, message: saw, at }];
  return stop(context, 'node-not-ready', { component: 'node', object, evidence });
}
