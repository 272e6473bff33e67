import { type BlockerCode, type Layer, LAYERS, layerOf } from '../model/blocker.ts';
import { TIERS } from '../model/tiers.ts';
import type { Finding } from './findings/finding.ts';
import { lacks, needsOf } from './needs.ts';
import { explainsAsPlatform } from './platform-edges.ts';
import { SAYS_NOT_WHY } from './says-not-why.ts';

/** Codes whose cause lies outside the pod that shows it: met twice, it is one cause met twice. */
const SHARED: ReadonlySet<BlockerCode> = new Set([
  'dns-resolution-failure',
  'clock-skew',
  'cni-failure',
  'disk-pressure',
  'node-not-ready',
  'node-cordoned',
  'insufficient-resources',
  'database-connections-exhausted',
]);

/** The password of a user of the database is refused whoever logs in with it. */
const OF_A_USER: ReadonlySet<BlockerCode> = new Set(['database-auth-failed']);

/** What a pod says of a claim that has no volume. */
const ON_CLAIMS: ReadonlySet<BlockerCode> = new Set(['pvc-unbound', 'volume-mount-failed']);
/** What Flux says of an object whose source gives nothing. */
const MADE_FROM_SOURCE: ReadonlySet<BlockerCode> = new Set(['helm-chart-unavailable', 'flux-build-failed']);
const SOURCE = /^(?:GitRepository|OCIRepository|HelmRepository|HelmChart|Bucket) /;

/** The registry of an image; a name without a host is Docker Hub's (`redis:7.4`, `temporalio/ui:2.30.0`). */
function host(image: string | undefined): string {
  const [first = '', ...rest] = image?.split('/') ?? [];
  return rest.length > 0 && /[.:]/.test(first) ? first : 'docker.io';
}

export const layerRank = (layer: Layer) => LAYERS.indexOf(layer);
const tierRank = (finding: Finding) => TIERS.indexOf(finding.tier);

/** The one of two equal causes that is shown: the most login-blocking, a workload before a job, then by name. */
export function before(a: Finding, b: Finding): boolean {
  const jobLast = Number(a.component === 'bootstrap') - Number(b.component === 'bootstrap');
  const background = Number(a.tier === 'background') - Number(b.tier === 'background');
  // By component before object: the hash in a pod's name must not decide.
  const byName = a.component.localeCompare(b.component) || a.object.localeCompare(b.object);
  return (background || jobLast || tierRank(a) - tierRank(b) || byName) < 0;
}

export function isBelow(cause: Finding, effect: Finding): boolean {
  return cause.above.includes(effect.object);
}

/** Says why the first finding is the cause of the second; null when it is not. */
export function explains(cause: Finding, effect: Finding): string | null {
  const vague = SAYS_NOT_WHY.has(effect.code);
  if (effect.statements[0]?.source === 'login' && cause.tier !== 'background' && !SAYS_NOT_WHY.has(cause.code)) {
    return 'the page needs everything below it';
  }
  if (cause.code === effect.code) {
    const [seen, also] = [cause.statements[0], effect.statements[0]];
    if (seen && also && seen.object === also.object && cause.object !== effect.object && before(cause, effect))
      return `the same cause, seen at ${seen.object}`;
    if (SHARED.has(cause.code) && before(cause, effect)) return 'the same cause, seen in another place';
    const sameHost = host(cause.facts.image) === host(effect.facts.image) && cause.facts.image !== undefined;
    if (
      (cause.code === 'image-registry-unreachable' || cause.code === 'image-rate-limited') &&
      sameHost &&
      before(cause, effect)
    ) {
      return `the same registry, ${host(cause.facts.image)}`;
    }
    const sameImage = cause.facts.image !== undefined && cause.facts.image === effect.facts.image;
    if (cause.code.startsWith('image-') && sameImage && before(cause, effect)) return 'the same image';
    const { user } = cause.facts;
    if (OF_A_USER.has(cause.code) && user !== undefined && user === effect.facts.user && before(cause, effect))
      return `the same user of the database, ${user}`;
  }
  if (
    effect.code === 'release-objects-missing' &&
    effect.facts.isPartial === true &&
    !SAYS_NOT_WHY.has(cause.code) &&
    cause.code !== effect.code
  )
    return 'what is not in a part of a picture may be there';
  if (isBelow(cause, effect)) {
    if (vague) return `${effect.object} is waiting for ${cause.object}`;
    if (effect.code === 'pvc-unbound' && cause.code === 'storage-provisioner-failed')
      return 'the claim is waiting for the provisioner';
    if (cause.object.startsWith('PersistentVolumeClaim ') && ON_CLAIMS.has(effect.code))
      return `${effect.object} mounts ${cause.object}`;
    if (MADE_FROM_SOURCE.has(effect.code) && (SOURCE.test(cause.object) || cause.code === 'helm-chart-unavailable'))
      return `${effect.object} is created from ${cause.object}`;
  }
  if (
    vague &&
    cause.component === effect.component &&
    !SAYS_NOT_WHY.has(cause.code) &&
    layerOf(cause.code) !== 'platform'
  ) {
    return `${cause.component} fails to serve it`;
  }
  if (cause.code !== effect.code || cause.component !== effect.component) {
    const dependency = explainsAsNeed(cause, effect);
    if (dependency) return dependency;
  }
  return explainsAsPlatform(cause, effect);
}

function explainsAsNeed(cause: Finding, effect: Finding): string | null {
  if (!needsOf(effect.component).includes(cause.component)) return null;
  if (effect.code === 'database-unreachable' && lacks(effect, cause.component))
    return `${effect.component} cannot reach the database because ${cause.component} fails`;
  if (effect.code === 'dns-resolution-failure' && lacks(effect, cause.component))
    return `the name ${effect.facts.host} has no address until ${cause.component} is Ready`;
  // The database's setup gives every role its password (docs/contract.md, "The bootstrap job").
  if (effect.code === 'database-auth-failed' && cause.code === effect.code && cause.component === 'bootstrap')
    return `${effect.component}’s role gets its password from ${cause.component}`;
  if (effect.code === 'pgbouncer-auth-failed' && cause.code === effect.code && cause.component === 'pgbouncer')
    return `${effect.component} reaches the database through ${cause.component}`;
  return lacks(effect, cause.component) ? `${effect.component} needs ${cause.component}` : null;
}
