import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ref } from '../../../kubernetes/addresses.ts';
import { NAMESPACES } from '../../../model/appliance.ts';
import type { KubernetesObject } from '../../../model/snapshot.ts';
import { PATIENCE } from '../../../model/timing.ts';
import type { PhaseOutcome } from '../../../model/workflow-contract.ts';
import { openCluster } from '../../cluster.ts';
import { ofComponents, stopOnBlockers } from '../../appliance-look.ts';
import type { PhaseContext } from '../../phase-context.ts';
import type { Cluster } from '../../ports/kubernetes.ts';
import { rollout } from '../../../kubernetes/readiness.ts';
import { stop } from '../../stop.ts';
import { waitFor } from '../../wait.ts';
import { upstreams, withUpstreams } from './corefile.ts';

const CONFIG = ref.configMap(NAMESPACES.kubeSystem, 'coredns');
const WORKLOAD = ref.deployment(NAMESPACES.kubeSystem, 'coredns');
const OBJECT = `ConfigMap ${NAMESPACES.kubeSystem}/coredns`;
/**
 * On the ConfigMap: the digest of the Corefile that the installer wrote. On the pods' template: the digest of the one they
 * were started for. Where the two differ a restart is due, also when the installer was killed between writing and restarting.
 */
const DIGEST = 'appliance.alga-psa/corefile';

const configMap = z.object({ data: z.object({ Corefile: z.string().default('') }).prefault({}) });
const podTemplate = z.object({
  spec: z.object({
    template: z.object({
      metadata: z.object({ annotations: z.record(z.string(), z.string()).default({}) }).prefault({}),
    }),
  }),
});

/** Has CoreDNS ask the operator's DNS servers, over whichever servers it asked before; restarts it only for a change. */
export async function setClusterDns(context: PhaseContext): Promise<PhaseOutcome> {
  const { signal, spec } = context;
  if (spec.dnsServers.length === 0)
    return { did: 'nothing-to-do', detail: 'No DNS servers were given: the current ones stay' };
  const cluster = await openCluster(context);
  const changed = await writeUpstreams(context, cluster);
  const restarted = await restartWhenDue(context, cluster);
  const now = upstreams(corefileIn(await cluster.get(CONFIG, signal))) ?? [];
  if (now.join(' ') !== spec.dnsServers.join(' ')) throw overwritten(context, now);
  return {
    did: changed || restarted ? 'acted' : 'nothing-to-do',
    detail: `Cluster DNS uses ${spec.dnsServers.join(', ')}`,
  };
}

async function writeUpstreams(context: PhaseContext, cluster: Cluster): Promise<boolean> {
  const { signal, spec } = context;
  const found = await waitFor<KubernetesObject>(context, {
    what: 'cluster DNS to be configured',
    look: async () => {
      const object = await cluster.get(CONFIG, signal);
      return object ? { done: object } : { saw: `${OBJECT} does not exist yet` };
    },
    late: {
      afterMs: PATIENCE.setClusterDns.configured,
      end: () => {
        throw unusable(context, 'does not exist');
      },
    },
  });
  const before = corefileIn(found);
  const after = withUpstreams(before, spec.dnsServers);
  // Lesson 22: an empty or unknown read is never written back.
  if (after === null) throw unusable(context, before.trim() === '' ? 'is empty' : 'has no server for the root zone');
  if (after === before) return false;
  await cluster.patch(
    CONFIG,
    {
      // With the version that was read, a change by another client in between is a conflict and not lost.
      metadata: { resourceVersion: found.metadata.resourceVersion, annotations: { [DIGEST]: digestOf(after) } },
      data: { Corefile: after },
    },
    signal,
  );
  return true;
}

async function restartWhenDue(context: PhaseContext, cluster: Cluster): Promise<boolean> {
  const { signal } = context;
  const wanted = (await cluster.get(CONFIG, signal))?.metadata.annotations?.[DIGEST];
  if (wanted === undefined) return false;
  const deployment = await cluster.get(WORKLOAD, signal);
  const isDue = deployment !== null && startedFor(deployment) !== wanted;
  if (isDue) {
    const annotations = { [DIGEST]: wanted };
    await cluster.patch(WORKLOAD, { spec: { template: { metadata: { annotations } } } }, signal);
  }
  const check = stopOnBlockers(context, cluster, ofComponents('coredns'));
  await waitFor(context, {
    what: 'cluster DNS to run with the new servers',
    look: async () => {
      const now = await cluster.get(WORKLOAD, signal);
      if (!now) return { saw: 'Deployment kube-system/coredns does not exist' };
      const { done, saw } = rollout(now);
      if (done) return { done: true };
      await check();
      return { saw };
    },
  });
  return isDue;
}

function corefileIn(object: KubernetesObject | null): string {
  return configMap.parse(object ?? {}).data.Corefile;
}

function startedFor(deployment: KubernetesObject): string | undefined {
  return podTemplate.parse(deployment).spec.template.metadata.annotations[DIGEST];
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function unusable(context: PhaseContext, why: string): Error {
  return stop(context, 'config-missing', {
    component: 'coredns',
    object: OBJECT,
    reason: `The DNS servers cannot be set: the Corefile in ${OBJECT} ${why}. It was not changed.`,
  });
}

function overwritten(context: PhaseContext, now: readonly string[]): Error {
  return stop(context, 'dns-resolution-failure', {
    component: 'coredns',
    object: OBJECT,
    reason: `The DNS servers were set but did not stay: ${OBJECT} contains ${now.join(', ') || 'none'} again. Another program writes it.`,
  });
}
