import { type BlockerCode, type Layer, LAYERS, layerOf } from '../model/blocker.ts';
import { TIERS } from '../model/tiers.ts';
import type { Finding, Report } from './findings/finding.ts';
import { lacks, needsOf } from './needs.ts';
import { newest, oldest } from './view/time.ts';

/** A cause that stands by itself, and the findings that follow from it. */
export interface Root {
  readonly finding: Finding;
  readonly consequences: { readonly finding: Finding; readonly why: string }[];
}

/** Codes that say that something failed, not why: each is a consequence whenever something explains it. */
const SAYS_NOT_WHY: ReadonlySet<BlockerCode> = new Set([
  'unknown-failure',
  'crash-loop',
  'probe-failing',
  'bootstrap-job-failed',
  'helm-timeout',
  'flux-health-timeout',
  'evicted',
  'node-not-ready',
  'database-unreachable',
  'kubernetes-unreachable',
]);

/** Codes whose cause lies outside the pod that shows it: met twice, it is one cause met twice. */
const SHARED: ReadonlySet<BlockerCode> = new Set([
  'dns-resolution-failure',
  'clock-skew',
  'cni-failure',
  'disk-pressure',
  'node-not-ready',
  'insufficient-resources',
]);

function host(image: string | undefined): string {
  const first = image?.split('/')[0] ?? '';
  return /[.:]/.test(first) ? first : 'docker.io';
}

const layerRank = (layer: Layer) => LAYERS.indexOf(layer);
const tierRank = (finding: Finding) => TIERS.indexOf(finding.tier);

/** The one of two equal causes that is shown: the most login-blocking, a workload before a job, then by name. */
function before(a: Finding, b: Finding): boolean {
  const jobLast = Number(a.component === 'bootstrap') - Number(b.component === 'bootstrap');
  const background = Number(a.tier === 'background') - Number(b.tier === 'background');
  return (background || jobLast || tierRank(a) - tierRank(b) || a.object.localeCompare(b.object)) < 0;
}

function isBelow(cause: Finding, effect: Finding): boolean {
  return cause.above.includes(effect.object);
}

/** Says why the first finding is the cause of the second; null when it is not. */
function explains(cause: Finding, effect: Finding): string | null {
  const vague = SAYS_NOT_WHY.has(effect.code);
  if (effect.statements[0]?.source === 'login' && cause.tier !== 'background' && !SAYS_NOT_WHY.has(cause.code)) {
    return 'the page needs everything below it';
  }
  if (cause.code === effect.code) {
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
  }
  if (isBelow(cause, effect)) {
    if (vague) return `${effect.object} waits for ${cause.object}`;
    if (effect.code === 'pvc-unbound' && cause.code === 'storage-provisioner-failed')
      return 'the claim waits for the provisioner';
    if (effect.code === 'helm-chart-unavailable' || effect.code === 'flux-build-failed') {
      if (cause.code.startsWith('flux-source') || cause.code === 'helm-chart-unavailable')
        return `${effect.object} is made from ${cause.object}`;
    }
  }
  if (
    vague &&
    cause.component === effect.component &&
    !SAYS_NOT_WHY.has(cause.code) &&
    layerOf(cause.code) !== 'platform'
  ) {
    return `${cause.component} fails for it`;
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
  // Tables and roles are made by the database's setup: what is missing waits for it.
  if (effect.code === 'database-missing' && cause.component === 'bootstrap')
    return `${effect.component} needs what ${cause.component} sets up`;
  return lacks(effect, cause.component) ? `${effect.component} needs ${cause.component}` : null;
}

function explainsAsPlatform(cause: Finding, effect: Finding): string | null {
  const vague = SAYS_NOT_WHY.has(effect.code);
  const onNode = effect.object.startsWith('Pod ') || effect.object.startsWith('Node ');
  switch (cause.code) {
    case 'cni-failure':
      return effect.code === 'node-not-ready' ||
        (effect.code === 'dns-resolution-failure' && effect.statements[0]?.source === 'log')
        ? 'pods have no network'
        : null;
    case 'disk-pressure':
      return effect.code === 'evicted' || effect.code === 'node-not-ready' ? 'the disk of the node is full' : null;
    case 'node-not-ready':
      return cause.component === 'node' && onNode && vague && effect.component !== 'node'
        ? 'the node is not ready'
        : null;
    case 'storage-provisioner-failed':
      return effect.code === 'pvc-unbound' ? 'the claim waits for the provisioner' : null;
    default:
      break;
  }
  if (
    cause.component === 'local-path-provisioner' &&
    (effect.code === 'pvc-unbound' || effect.code === 'storage-provisioner-failed') &&
    effect.component !== cause.component
  ) {
    return 'the claim waits for the provisioner';
  }
  if (cause.component === 'coredns' && effect.component !== 'coredns' && effect.code === 'dns-resolution-failure')
    return 'the cluster’s own DNS fails';
  if (layerOf(cause.code) === 'host' && effect.code === 'kubernetes-unreachable') return 'the node itself fails';
  return null;
}

function merge(a: Finding, b: Finding): Finding {
  const first =
    (b.latest ?? 0) > (a.latest ?? 0) && !a.object.startsWith('Pod ') && b.object.startsWith('Pod ') ? b : a;
  const other = first === a ? b : a;
  const seen = new Set(first.statements.map((one) => `${one.object} ${one.message}`));
  return {
    ...first,
    above: [...new Set([...a.above, ...b.above])],
    statements: [...first.statements, ...other.statements.filter((one) => !seen.has(`${one.object} ${one.message}`))],
    facts: { ...other.facts, ...first.facts },
    since: oldest(a.since, b.since),
    latest: newest(a.latest, b.latest),
    severity: a.severity === 'error' || b.severity === 'error' ? 'error' : 'warning',
    mentions: `${a.mentions}\n${b.mentions}`,
  };
}

/** Takes findings, gives one for each code and component, in an order that does not depend on the snapshot's. */
export function mergeFindings(findings: readonly Finding[]): Finding[] {
  const merged = new Map<string, Finding>();
  const ordered = findings.toSorted(
    (a, b) =>
      a.object.localeCompare(b.object) ||
      a.code.localeCompare(b.code) ||
      (b.latest ?? 0) - (a.latest ?? 0) ||
      a.mentions.localeCompare(b.mentions),
  );
  for (const one of ordered) {
    const key = `${one.code}/${one.component}`;
    const known = merged.get(key);
    merged.set(key, known ? merge(known, one) : one);
  }
  return [...merged.values()];
}

/** Says what is under way that the finding only waits for: its own image, or a component that it needs; null when nothing is. */
function waitsForOperation(finding: Finding, report: Report): string | null {
  const underWay = report.operations.filter((one) => one.kind !== 'helm');
  const own = SAYS_NOT_WHY.has(finding.code) && underWay.find((one) => one.above.includes(finding.object));
  const operation = own || underWay.find((one) => lacks(finding, one.component));
  return operation ? `it waits for what is under way: ${operation.message}` : null;
}

/**
 * Takes all findings, gives the root causes, each with what follows from it, the most login-blocking first. Every finding is
 * either a root or hangs below one: nothing is lost, nothing is said twice.
 */
export function explain(report: Report): {
  readonly roots: Root[];
  readonly waiting: { readonly finding: Finding; readonly why: string }[];
} {
  const all = mergeFindings(report.findings);
  const waiting: { finding: Finding; why: string }[] = [];
  const isExplained = (one: Finding) =>
    all.some((other) => other !== one && explains(other, one) && waitsForOperation(other, report) === null);
  for (const one of all) {
    const why = waitsForOperation(one, report);
    if (why && !isExplained(one)) waiting.push({ finding: one, why });
  }
  // What stands above something that only waits, and has no other cause, waits with it.
  for (const one of all) {
    const below = waiting.find((each) => each.finding !== one && isBelow(each.finding, one));
    const isWaiting = waiting.some((each) => each.finding === one);
    if (below && !isWaiting && SAYS_NOT_WHY.has(one.code) && !isExplained(one))
      waiting.push({ finding: one, why: below.why });
  }
  const standing = all.filter((one) => !waiting.some((each) => each.finding === one));

  const causeOf = new Map<Finding, { cause: Finding; why: string }>();
  for (const effect of standing) {
    const candidates = standing.flatMap((cause) => {
      const why = cause === effect ? null : explains(cause, effect);
      // Two that would explain each other: the one in the deeper layer is the cause.
      const mutual = why !== null && explains(effect, cause) !== null;
      const deeper =
        layerRank(layerOf(cause.code)) - layerRank(layerOf(effect.code)) || (before(cause, effect) ? -1 : 1);
      return why !== null && (!mutual || deeper < 0) ? [{ cause, why }] : [];
    });
    const best = candidates.toSorted(
      (a, b) =>
        Number(SAYS_NOT_WHY.has(a.cause.code)) - Number(SAYS_NOT_WHY.has(b.cause.code)) ||
        Number(!before(a.cause, b.cause)) - Number(!before(b.cause, a.cause)),
    )[0];
    if (best) causeOf.set(effect, best);
  }
  const rootOf = (finding: Finding): Finding => {
    const path = new Set<Finding>();
    let one = finding;
    for (let next = causeOf.get(one); next && !path.has(one); next = causeOf.get(one)) {
      path.add(one);
      one = next.cause;
    }
    return one;
  };
  const roots = new Map<Finding, Root>();
  for (const one of standing) {
    const root = rootOf(one);
    const known = roots.get(root) ?? { finding: root, consequences: [] };
    if (root !== one) known.consequences.push({ finding: one, why: causeOf.get(one)?.why ?? '' });
    roots.set(root, known);
  }
  return { roots: [...roots.values()], waiting };
}
