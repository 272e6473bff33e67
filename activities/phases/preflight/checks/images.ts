import type { Blocker, BlockerCode, Evidence } from '../../../../model/blocker.ts';
import type { VendorImage } from '../../../../model/appliance.ts';
import { collaborationImageOf } from '../../../../model/collaboration.ts';
import { imageReference } from '../../../../model/release.ts';
import type { Image, ReleaseManifest } from '../../../../model/release.ts';
import type { InstallSpec } from '../../../../model/site.ts';
import type { TierId } from '../../../../model/tiers.ts';
import { imageOf, tagFlag } from '../../../../model/vendor-images.ts';
import type { ImageAnswer } from '../../../ports/registry.ts';
import { askedImage } from '../../../image-answer.ts';
import { blockerFor } from '../../../stop.ts';
import { askedInVain, failed, passed, skipped, warned } from '../check.ts';
import type { Check, Look } from '../check.ts';
import { advise, client, asCode, holeFor, set } from '../../../../model/advice.ts';

type Absent = Extract<ImageAnswer, { found: false }>;
type Dependency = keyof ReleaseManifest['dependencies'];

/** An image of the release, whose part it is and which tier waits for it. */
interface Row {
  readonly component: string;
  readonly tier: TierId;
  readonly of: { readonly vendor: VendorImage } | { readonly dependency: Dependency } | 'collaboration';
}

/** What people wait for before they can log in must be there; what follows in the background may come later. */
const ROWS: readonly Row[] = [
  { component: 'alga-core', tier: 'login', of: { vendor: 'algaCore' } },
  { component: 'db', tier: 'core', of: { dependency: 'postgres' } },
  { component: 'redis', tier: 'core', of: { dependency: 'redis' } },
  { component: 'pgbouncer', tier: 'core', of: { dependency: 'pgbouncer' } },
  { component: 'local-path-provisioner', tier: 'platform', of: { dependency: 'localPathProvisioner' } },
  { component: 'storage-helper', tier: 'platform', of: { dependency: 'busybox' } },
  { component: 'workflow-worker', tier: 'background', of: { vendor: 'workflowWorker' } },
  { component: 'email-service', tier: 'background', of: { vendor: 'emailService' } },
  { component: 'temporal-worker', tier: 'background', of: { vendor: 'temporalWorker' } },
  { component: 'hocuspocus', tier: 'background', of: 'collaboration' },
  { component: 'temporal', tier: 'background', of: { dependency: 'temporal' } },
  { component: 'temporal-ui', tier: 'background', of: { dependency: 'temporalUi' } },
  { component: 'appliance-status', tier: 'background', of: { dependency: 'node' } },
];

const CODES = {
  missing: 'image-tag-missing',
  'name-invalid': 'image-name-invalid',
  unauthorized: 'image-pull-unauthorized',
  'rate-limited': 'image-rate-limited',
  dns: 'dns-resolution-failure',
  unreachable: 'image-registry-unreachable',
} as const satisfies Record<Absent['why'], BlockerCode>;

/** One check an image: the registry has the tag that the node will ask for. */
export const imageChecks: readonly Check[] = ROWS.map((row) => ({
  id: `image-${row.component}`,
  title: `Image of ${row.component}`,
  group: 'images',
  ...(row.of === 'collaboration' && { when: (spec: InstallSpec) => collaborationImageOf(spec) !== null }),
  run: (look) => checkImage(look, row),
}));

async function checkImage(look: Look, row: Row) {
  if (look.spec.skipImageTagValidation) return skipped('image tags are not checked (--skip-image-tag-validation)');
  const image = imageIn(look.spec, row);
  if (image === null) return skipped('not part of this install');
  const reference = imageReference(image);
  const answer = await askedImage(look, reference);
  if (answer.found) {
    const size = answer.sizeBytes === null ? '' : `, ${Math.round(answer.sizeBytes / 1_000_000)} MB`;
    return passed(`${reference}${size}`);
  }
  // Being asked too often says nothing about the image; the node asks from elsewhere, or later.
  const isSoft = row.tier === 'background' || answer.why === 'rate-limited';
  const code = CODES[answer.why];
  const evidence = evidenceOf(look, reference, answer);
  if (code === 'image-tag-missing' || code === 'image-name-invalid') {
    const blocker = absent(look, row, code, evidence);
    return isSoft ? warned(blocker) : failed(blocker);
  }
  const [host = ''] = reference.split('/');
  const inVain = { code, host, wanted: { imageOf: row.component }, tier: row.tier, evidence };
  return askedInVain(isSoft ? 'warning' : 'failed', inVain);
}

function evidenceOf(look: Look, reference: string, { message }: Absent): Evidence {
  return { source: 'registry', object: reference, message, at: look.ports.clock.now().toISOString() };
}

/** Gives null where the install does without. */
function imageIn(spec: InstallSpec, { of }: Row): Image | null {
  if (of === 'collaboration') return collaborationImageOf(spec);
  return 'dependency' in of ? spec.release.dependencies[of.dependency] : imageOf(spec, of.vendor);
}

function absent(look: Look, { component, tier, of }: Row, code: BlockerCode, evidence: Evidence): Blocker {
  const reference = evidence.object;
  return blockerFor(look, code, {
    component,
    tier,
    object: reference,
    facts: { image: reference },
    ...(code === 'image-tag-missing' && {
      advice:
        of === 'collaboration'
          ? advise`Choose an image that exists: ${set('--collaboration-image', holeFor('image'))}, or install without it: ${asCode('--no-collaboration')}.`
          : 'vendor' in of
            ? advise`Choose a release whose images exist (${client('releases')}), or choose a tag that exists: ${set(`--${tagFlag(of.vendor)}`, holeFor('tag'))}.`
            : advise`The release is incomplete: choose another one (${client('releases')}).`,
    }),
    evidence: [evidence],
  });
}
