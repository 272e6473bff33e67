import { FLUX, NAMESPACES } from '../model/appliance.ts';
import { type BlockerCode, layerOf } from '../model/blocker.ts';
import type { Finding } from './findings/finding.ts';
import { NETWORK } from './provides.ts';
import { namedObject } from './commands.ts';
import { SAYS_NOT_WHY } from './says-not-why.ts';

/** What a full disk of the node does to what runs there; Postgres' data lie on it too (docs/contract.md, "Volumes"). */
const ON_FULL_DISK: ReadonlySet<BlockerCode> = new Set(['evicted', 'node-not-ready', 'database-disk-full']);

/** Failures that a Service without a pod behind it can make. */
const ON_SERVICES: ReadonlySet<BlockerCode> = new Set([
  ...SAYS_NOT_WHY,
  'helm-chart-unavailable',
  'flux-source-unreachable',
  'flux-build-failed',
  'flux-apply-rejected',
]);

const FLUX_OBJECT = /^(?:Kustomization|HelmRelease|HelmChart|GitRepository|OCIRepository|HelmRepository) /;
const isController = (component: string) => FLUX.controllers.some((one) => one === component);

/** Without a network the node is not ready, and what waits for it is not placed. */
const isNetwork = ({ code }: Finding) => code === 'cni-failure' || code === 'node-not-ready';

/** Namespaces in which several of the appliance's parts live: there a Service's own name must tell whose it is. */
const SHARED_NAMESPACES: readonly string[] = Object.values(NAMESPACES);

/** Says whether the words of the second speak of a Service of the first, as `source-controller.flux-system.svc`. */
function namesServiceOf(cause: Finding, effect: Finding): boolean {
  const own = namedObject(cause.object)?.namespace;
  return [...effect.mentions.matchAll(/\b([a-z0-9][a-z0-9-]{0,62})\.([a-z0-9-]{1,63})\.svc(?![\w-])/g)].some(
    ([, name, namespace]) =>
      name === cause.component ||
      (namespace !== undefined && namespace === own && !SHARED_NAMESPACES.includes(namespace)),
  );
}

/** Why a failing part of the platform is the cause of the other finding; null if it is not. */
export function explainsAsPlatform(cause: Finding, effect: Finding): string | null {
  const vague = SAYS_NOT_WHY.has(effect.code);
  const onNode = effect.object.startsWith('Pod ') || effect.object.startsWith('Node ');
  switch (cause.code) {
    case 'cni-failure':
      return effect.code === 'node-not-ready' ||
        (effect.code === 'dns-resolution-failure' && effect.statements[0]?.source === 'log')
        ? 'pods have no network'
        : null;
    case 'disk-pressure':
      return ON_FULL_DISK.has(effect.code) ? 'the disk of the node is full' : null;
    case 'insufficient-resources':
      return cause.component === 'node' && effect.code === 'evicted'
        ? `the node lacks ${cause.facts.detail ?? 'room'}`
        : null;
    case 'node-not-ready':
      return cause.component === 'node' && onNode && vague && effect.component !== 'node'
        ? 'the node is not ready'
        : null;
    case 'storage-provisioner-failed':
      return effect.code === 'pvc-unbound' ? 'the claim is waiting for the provisioner' : null;
    default:
      break;
  }
  if (NETWORK.test(cause.component) && cause.component !== effect.component && isNetwork(effect))
    return `${cause.component} sets up the network of pods`;
  if (effect.component !== cause.component && ON_SERVICES.has(effect.code) && namesServiceOf(cause, effect))
    return `the Service of ${cause.component} has no endpoints`;
  if (isController(cause.component) && SAYS_NOT_WHY.has(effect.code) && FLUX_OBJECT.test(effect.object))
    return `${cause.component} does the work of Flux`;
  if (
    cause.component === 'local-path-provisioner' &&
    (effect.code === 'pvc-unbound' || effect.code === 'storage-provisioner-failed') &&
    effect.component !== cause.component
  ) {
    return 'the claim is waiting for the provisioner';
  }
  if (cause.component === 'coredns' && effect.component !== 'coredns' && effect.code === 'dns-resolution-failure')
    return 'the cluster’s own DNS fails';
  const byHost = layerOf(cause.code) === 'host' || cause.component === 'talos';
  if (byHost && effect.code === 'kubernetes-unreachable') return 'the node itself fails';
  // A call of talosctl that is not answered is another consequence of a node that is down, and no cause.
  if (cause.component === 'talos' && cause.code !== 'talos-api-unreachable' && effect.code === 'node-not-ready')
    return 'the machine says why';
  return null;
}
