import type { Blocker, Evidence } from '../../../model/blocker.ts';
import { TIERS } from '../../../model/tiers.ts';
import { blockerFor } from '../../stop.ts';
import type { AskedInVain, Finding, Look } from './check.ts';
import { RECHECKS, advise, client, named, oneWord, run, set } from '../../../model/advice.ts';
import type { Advice } from '../../../model/advice.ts';

type Code = AskedInVain['code'];

/** How many images are named, and how many messages are shown: the first few tell which kind it is. */
const NAMED = 3;
const SHOWN = 5;

/** A resolver, or a line, fails for every host alike; credentials and limits are a registry's own. */
const IS_EACH_HOSTS: Record<Code, boolean> = {
  'dns-resolution-failure': false,
  'image-registry-unreachable': false,
  'image-pull-unauthorized': true,
  'image-rate-limited': true,
};

/**
 * Blockers that met one cause on this machine become one, hard if one of them is. What is soft beside something hard
 * of the same cause is reported with it, and not again as a warning.
 */
export function blockersAmong(
  look: Look,
  findings: readonly Finding[],
): { readonly hard: readonly Blocker[]; readonly soft: readonly Blocker[] } {
  const groups = Map.groupBy(findings, (finding) => causeOf(finding) ?? finding);
  const told = [...groups.values()].map((group) => ({
    isHard: group.some(({ result }) => result === 'failed'),
    blockers: inOne(look, group),
  }));
  const soft = told.filter(({ isHard }) => !isHard).flatMap(({ blockers }) => blockers);
  return { hard: told.filter(({ isHard }) => isHard).flatMap(({ blockers }) => blockers), soft: soft.map(mild) };
}

function causeOf(finding: Finding): string | null {
  if (!('inVain' in finding) || !finding.inVain) return null;
  const { code, host } = finding.inVain;
  return IS_EACH_HOSTS[code] ? `${code}/${host}` : code;
}

function inOne(look: Look, group: readonly Finding[]): readonly Blocker[] {
  const own = group.flatMap((finding) => ('blockers' in finding ? finding.blockers : []));
  const asked = group.flatMap((finding) => ('inVain' in finding && finding.inVain ? [finding.inVain] : []));
  const [first] = asked;
  if (!first || (asked.length === 1 && own.length > 0)) return own;
  const hosts = [...new Set(asked.map(({ host }) => host))];
  const { code } = first;
  return [
    blockerFor(look, code, {
      component: IS_EACH_HOSTS[code] ? first.host : 'operator',
      tier: TIERS.find((tier) => asked.some((one) => one.tier === tier)) ?? first.tier,
      object: 'this machine',
      reason: REASONS[code](listed(hosts), thingsOf(asked)),
      advice: adviceOf(code, hosts),
      evidence: evidenceOf(asked),
    }),
  ];
}

const REASONS: Record<Code, (hosts: string, things: string) => string> = {
  'dns-resolution-failure': (hosts, things) => `This machine cannot resolve ${hosts}, so it could not check ${things}.`,
  'image-registry-unreachable': (hosts, things) => `This machine cannot reach ${hosts} to check ${things}.`,
  'image-pull-unauthorized': (hosts, things) => `${hosts} requires credentials for ${things}, and the node has none.`,
  'image-rate-limited': (hosts, things) =>
    `${hosts} did not answer for ${things}: too many requests from this machine.`,
};

function adviceOf(code: Code, [host]: readonly string[]): Advice {
  const skip = set('--skip-image-tag-validation');
  switch (code) {
    case 'dns-resolution-failure':
      return advise`Check this machine's network and DNS (${run('nslookup', named(host, 'host'))}), and its proxy. ${RECHECKS} If only the node can reach it, continue without checking images from this machine: ${skip}.`;
    case 'image-registry-unreachable':
      return advise`Check this machine's network and proxy (${run('curl', '-I', oneWord('https://', named(host, 'registry'), '/v2/'))}). ${RECHECKS} If only the node can reach it, continue without checking images from this machine: ${skip}.`;
    case 'image-pull-unauthorized':
      return advise`Ask the publisher of the images for access or for the right names, or choose a release whose images are public (${client('releases')}). If the node will get its own credentials, continue without this check: ${skip}.`;
    case 'image-rate-limited':
      return advise`Nothing has to be done: the node asks the registry itself, later. To continue without this check: ${skip}.`;
  }
}

/** `4 images (alga-core, db, redis and 1 more), the Git remote and Flux's manifests`. */
function thingsOf(asked: readonly AskedInVain[]): string {
  const images = asked.flatMap(({ wanted }) => ('imageOf' in wanted ? [wanted.imageOf] : []));
  const others = asked.flatMap(({ wanted }) => ('other' in wanted ? [wanted.other] : []));
  const [only] = images;
  const inWords = images.length === 1 ? `the image of ${only}` : `${images.length} images (${few(images)})`;
  return listed([...(images.length > 0 ? [inWords] : []), ...others]);
}

function few(names: readonly string[]): string {
  const more = names.length - NAMED;
  return more > 1 ? `${names.slice(0, NAMED).join(', ')} and ${more} more` : listed(names);
}

const conjunction = new Intl.ListFormat('en-GB', { type: 'conjunction' });

function listed(names: readonly string[]): string {
  return conjunction.format(names);
}

/** What several were told in the same words is one piece of evidence, with all that it was said of. */
function evidenceOf(asked: readonly AskedInVain[]): Evidence[] {
  const byWords = Map.groupBy(asked, ({ evidence }) => evidence.message);
  return [...byWords.values()]
    .flatMap(([first, ...others]) =>
      first
        ? [
            {
              ...first.evidence,
              object: few([first, ...others].map(({ evidence }) => evidence.object)),
            },
          ]
        : [],
    )
    .slice(0, SHOWN);
}

function mild(blocker: Blocker): Blocker {
  return { ...blocker, severity: 'warning', loginBlocking: false };
}
