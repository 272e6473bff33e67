import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { parseAllDocuments } from 'yaml';
import { machineConfigIn } from '../../activities/adapters/talosctl-output.ts';
import { withResolvers } from '../../activities/talos-config.ts';
import { resolveProgram } from '../../tools/resolve.ts';
import { SITE } from './bench.ts';
import type { Bench } from './bench.ts';
import { FLUX_KINDS, clusterOf } from './cluster.ts';

const DIGEST = 'appliance.alga-psa/corefile';
const CORE_DNS = { namespace: 'kube-system', name: 'coredns' };

/** What an install leaves on its node and in its cluster, but for what differs from one install to the next (names, times, keys). */
export async function endStateOf(bench: Bench) {
  const { core, apps, objects } = clusterOf(bench);
  const [config, dns, deployments, statefulSets, pods, values, releases, machine] = await Promise.all([
    core.readNamespacedConfigMap(CORE_DNS),
    apps.readNamespacedDeployment(CORE_DNS),
    apps.listNamespacedDeployment({ namespace: 'msp' }),
    apps.listNamespacedStatefulSet({ namespace: 'msp' }),
    core.listNamespacedPod({ namespace: 'msp' }),
    core.listNamespacedConfigMap({ namespace: 'alga-system' }),
    objects.list(FLUX_KINDS.HelmRelease, 'HelmRelease', 'alga-system'),
    bench.lab.machine.control.state(),
  ]);
  const workloads = [...deployments.items, ...statefulSets.items].map(({ metadata, spec }) => [
    metadata?.name,
    spec?.template.spec?.containers.map(({ image }) => image),
  ]);
  const running = pods.items
    .filter(({ status, metadata }) => status?.phase === 'Running' && !metadata?.deletionTimestamp)
    .map(({ metadata, spec }) => [
      metadata?.labels?.['app.kubernetes.io/name'],
      spec?.containers.map(({ image }) => image),
    ]);
  return {
    corefile: config.data?.['Corefile'],
    // What the pods of CoreDNS were started for.
    isDnsStale: config.metadata?.annotations?.[DIGEST] !== dns.spec?.template.metadata?.annotations?.[DIGEST],
    resolvers: machine.resolvers,
    workloads: sorted(workloads),
    running: sorted(running),
    values: Object.fromEntries(
      values.items
        .filter(({ metadata }) => metadata?.name?.startsWith('appliance-values-'))
        .map(({ metadata, data }) => [
          metadata?.name,
          data?.['values.yaml']?.replaceAll(/installId:.*/g, 'installId: …'),
        ]),
    ),
    releases: sorted(releases.items.map(({ metadata, ...rest }) => [metadata?.name, readinessOf(rest)])),
  };
}

/** The machine's configuration, and the one that an undisturbed install with these resolvers gives it, as documents. */
export async function machineConfigs(bench: Bench, resolvers: readonly string[]) {
  const folder = path.join(bench.home, SITE);
  const { nodeAddress } = bench.lab.record;
  const talosctl = await resolveProgram('talosctl', { make: false });
  const access = ['--talosconfig', path.join(folder, 'talosconfig'), '-n', nodeAddress, '-e', nodeAddress];
  const { stdout } = await execa(talosctl.path, ['get', 'machineconfig', 'v1alpha1', ...access, '--output', 'json']);
  const made = await readFile(path.join(folder, 'controlplane.yaml'), 'utf8');
  return { is: documents(machineConfigIn(stdout)), wanted: documents(withResolvers(made, resolvers, [])) };
}

function documents(text: string): unknown[] {
  return sorted(parseAllDocuments(text).map((document) => document.toJS() as unknown));
}

function readinessOf(object: object): unknown {
  const { spec, status } = object as { spec?: { suspend?: boolean }; status?: { conditions?: Condition[] } };
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return { isSuspended: spec?.suspend === true, ready: ready?.status };
}

interface Condition {
  readonly type: string;
  readonly status: string;
}

function sorted<Item>(items: readonly Item[]): Item[] {
  return items.toSorted((left, right) => JSON.stringify(left).localeCompare(JSON.stringify(right)));
}
