import type { BlockerCode } from '../model/blocker.ts';
import type { Finding } from './findings/finding.ts';

/** What sets up the network of pods, as its DaemonSet is called: Talos brings flannel; others replace it. */
export const NETWORK = /^(?:kube-flannel|cilium|calico|canal|weave|kube-router|antrea)/;

/** System components in the order in which they stand on each other, with what fails when they fail. */
const PROVIDERS: readonly { readonly component: RegExp; readonly code: BlockerCode | null }[] = [
  { component: /^(?:kube-apiserver|kube-controller-manager|kube-scheduler|etcd)\b/, code: null },
  { component: NETWORK, code: 'cni-failure' },
  { component: /^coredns$/, code: 'dns-resolution-failure' },
  { component: /^local-path-provisioner$/, code: 'storage-provisioner-failed' },
];

/** Codes that only say that a pod fails. Of a system component what it provides says more. */
const ONLY_FAILS: ReadonlySet<BlockerCode> = new Set(['crash-loop', 'probe-failing', 'unknown-failure']);

/** The place of a component among what everything else stands on: the smaller, the deeper. */
export function providerRank(component: string): number {
  const rank = PROVIDERS.findIndex((one) => one.component.test(component));
  return rank < 0 ? PROVIDERS.length : rank;
}

/** A finding about a system component, with the code of what it provides where its own only says that it fails. */
export function asProvided(finding: Finding): Finding {
  const code = PROVIDERS.find((one) => one.component.test(finding.component))?.code;
  if (!code || !ONLY_FAILS.has(finding.code) || !finding.object.startsWith('Pod ')) return finding;
  return { ...finding, code, facts: { ...finding.facts, provider: finding.component } };
}
