import type { Blocker, Evidence } from '../../../model/blocker.ts';
import { TIERS } from '../../../model/tiers.ts';
import { blockerFor } from '../../stop.ts';
import type { AskedInVain, Finding, Look } from './check.ts';

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
 * Takes the findings of all checks, gives the blockers in them: those that met one cause from here are one, hard when one of them
 * is. What is soft beside something hard of the same cause is told with it, and not again as a warning.
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
      nextAction: nextActionOf(look, code, hosts),
      evidence: evidenceOf(asked),
    }),
  ];
}

const REASONS: Record<Code, (hosts: string, things: string) => string> = {
  'dns-resolution-failure': (hosts, things) =>
    `This machine cannot resolve ${hosts}, and so could not ask for ${things}.`,
  'image-registry-unreachable': (hosts, things) => `This machine does not get through to ${hosts} for ${things}.`,
  'image-pull-unauthorized': (hosts, things) =>
    `${hosts} does not show ${things} without credentials, and the node has none either.`,
  'image-rate-limited': (hosts, things) => `${hosts} does not answer for ${things}: it was asked too often from here.`,
};

function nextActionOf({ spec }: Look, code: Code, [host = '']: readonly string[]): string {
  const skip = `\`appliance-client set --skip-image-tag-validation --site ${spec.siteId}\``;
  switch (code) {
    case 'dns-resolution-failure':
      return `Check this machine's network and DNS (\`nslookup ${host}\`), and its proxy. The installer looks again by itself. If only the node gets through, go on without looking at images from here: ${skip}.`;
    case 'image-registry-unreachable':
      return `Check this machine's network and proxy (\`curl -I https://${host}/v2/\`). The installer looks again by itself. If only the node gets through, go on without looking at images from here: ${skip}.`;
    case 'image-pull-unauthorized':
      return `Ask whoever publishes the images for access or for the right names, or choose a release whose images are public (\`appliance-client releases\`). If the node will get credentials of its own, go on without this check: ${skip}.`;
    case 'image-rate-limited':
      return `Nothing has to be done here: the node asks by itself, and later. To go on without this check: ${skip}.`;
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
