import { call as callInStyle } from '../terminal/style.ts';
import { VENDOR_IMAGES } from '../../model/appliance.ts';
import type { VendorImage } from '../../model/appliance.ts';
import { imageReference, releaseManifest } from '../../model/release.ts';
import type { ReleaseManifest } from '../../model/release.ts';
import { describeFault, parse } from '../../model/releases.ts';
import { supportWarnings } from '../../model/support-matrix.ts';
import { imageName } from '../../model/vendor-images.ts';
import { readVendorRelease } from '../../model/vendor-release.ts';
import type { VendorRelease } from '../../model/vendor-release.ts';
import { RegistryFault, TIMEOUT_MS, parseReference } from '../../registry/index.ts';
import type { RegistryClient, RegistryFaultKind } from '../../registry/index.ts';
import type { CommandContext } from '../context.ts';
import { assumedImages, baseOf, changedPaths, keptDigests, putTogether } from '../inputs/import-release.ts';
import type { Digests } from '../inputs/import-release.ts';
import { readSource } from '../inputs/import-source.ts';
import type { Source } from '../inputs/import-source.ts';
import { originNotes } from '../inputs/origin.ts';
import { importedFile, importedFolder, knownReleases } from '../inputs/releases.ts';
import { errorWords } from '../../observation/index.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { UserError, usageError } from '../terminal/failure.ts';
import { clean } from '../terminal/text.ts';

export interface ImportCall {
  readonly source: string | undefined;
  readonly base: string | undefined;
  readonly like: string | undefined;
  readonly replace: boolean;
  readonly plainHttp: boolean;
}

/** `releases import SOURCE`: everything is read and checked first, then one file is written. */
export async function importRelease(context: CommandContext, call: ImportCall): Promise<number> {
  const { io, services, home } = context;
  if (call.source === undefined)
    throw usageError(
      'releases import: the reference or file is missing, such as ghcr.io/nine-minds/alga-appliance-release:stable.',
    );
  const catalogue = await knownReleases(io.env, home);
  const base = baseOf(catalogue, call);
  const registry = (plainHttp: boolean) => services.registry(io.env, { plainHttp });
  const source = await sourceOf(context, call.source, () => registry(call.plainHttp));
  const vendor = vendorReleaseIn(source);
  const isOwn = catalogue.releases.some(({ releaseVersion: version, origin }) => version === vendor.version && !origin);
  if (isOwn)
    throw usageError(
      `${source.name} is release ${vendor.version}, which is bundled with this client and cannot be replaced. Nothing was imported.`,
    );
  const folder = importedFolder(home);
  const written = await folder.read(importedFile(vendor.version));
  const before = written === null ? null : readBefore(written);
  const assumed = assumedImages(vendor, catalogue, call);
  const asked = await digestsOf(context, vendor, base, () => registry(false));
  const digests = keptDigests(asked.digests, vendor.tags, before);
  const now = services.clock.now();
  const release = putTogether({ vendor, source, base, catalogue, assumed, digests, now });
  const changed = before ? changedPaths(before, release) : [];
  const isThere = before !== null && changed.length === 0;
  if (written !== null && !isThere && !call.replace) throw otherContent(vendor.version, changed);
  if (!isThere) {
    const text = `${JSON.stringify(release, null, 2)}\n`;
    if (written !== null) await folder.write(importedFile(vendor.version), text);
    else if (!(await folder.createOnce(importedFile(vendor.version), text))) throw otherContent(vendor.version, []);
  }
  await tell(context, {
    release: isThere ? before : release,
    outcome: isThere ? 'unchanged' : written === null ? 'imported' : 'replaced',
    file: folder.path(importedFile(vendor.version)),
    vendor,
    why: asked.why,
  });
  return EXIT.done;
}

async function sourceOf(
  { io }: CommandContext,
  named: string,
  registry: () => Promise<RegistryClient>,
): Promise<Source> {
  try {
    return await readSource(named, io.cwd, registry, io.signal);
  } catch (error) {
    if (!(error instanceof RegistryFault)) throw error;
    const isDown = error.kind === 'busy' || error.kind === 'unreachable';
    const message = `${clean(named)}: ${faultText(error)}. ${NEXT[error.kind]} Nothing was imported.`;
    throw new UserError(isDown ? EXIT.missing : EXIT.usage, message, { cause: error });
  }
}

const NEXT: Readonly<Record<RegistryFaultKind, string>> = {
  missing: 'Name an existing tag.',
  denied:
    'Only sources that need no credentials can be imported. Otherwise download the file with another tool and import that.',
  busy: 'Try again later, or import a file.',
  unreachable: 'Try again when it can be reached from this machine, or import a file.',
  refused: 'Ask the administrator of that registry.',
};

const LONGEST_FAULT = 400;

/** The registry's own message, from outside: in one line, and cut. */
function faultText(error: RegistryFault): string {
  const text = error.cause === undefined ? error.message : `${error.message}: ${errorWords(error.cause, TIMEOUT_MS)}`;
  return clean(text).slice(0, LONGEST_FAULT);
}

/** So that a file of another kind does not fill the screen. */
const MOST_FAULTS = 10;

function vendorReleaseIn(source: Source): VendorRelease {
  const vendor = readVendorRelease(clean(source.name), source.text);
  if (!('faults' in vendor)) return vendor;
  const lines = vendor.faults.slice(0, MOST_FAULTS).map((fault) => clean(describeFault(fault)).slice(0, LONGEST_FAULT));
  const more = vendor.faults.length > lines.length ? [`and ${vendor.faults.length - lines.length} more`] : [];
  throw usageError([...lines, ...more, 'Nothing was imported.'].join('\n'));
}

/** Null for a file that is no release: it is replaced only with --replace. */
function readBefore(text: string): ReleaseManifest | null {
  const parsed = parse('release.json', text, releaseManifest);
  return 'value' in parsed ? parsed.value : null;
}

function otherContent(version: string, changed: readonly string[]): UserError {
  const which = changed.length === 0 ? '' : `: ${changed.join(', ')}`;
  return usageError(
    `Release ${version} is already imported with different contents${which}. Nothing was changed. Replace it with \`--replace\`; sites keep the release that they have.`,
  );
}

interface Asked {
  readonly digests: Digests;
  /** Why there is no digest, by image. */
  readonly why: Readonly<Partial<Record<VendorImage, string>>>;
}

/** The digest of each image's tag at its registry, or why there is none. */
async function digestsOf(
  { io, say }: CommandContext,
  { tags }: VendorRelease,
  base: ReleaseManifest,
  registry: () => Promise<RegistryClient>,
): Promise<Asked> {
  say('Reading the digests of the four images from their registries.');
  const client = await registry();
  const why: Partial<Record<VendorImage, string>> = {};
  const ask = async (key: VendorImage): Promise<string | null> => {
    const reference = parseReference(`${base.app.images[key].repository}:${tags[key]}`);
    if (!reference) return null;
    try {
      return (await client.manifest(reference, io.signal)).digest;
    } catch (error) {
      if (!(error instanceof RegistryFault)) throw error;
      why[key] = faultText(error);
      return null;
    }
  };
  const [algaCore, workflowWorker, emailService, temporalWorker] = await Promise.all([
    ask('algaCore'),
    ask('workflowWorker'),
    ask('emailService'),
    ask('temporalWorker'),
  ]);
  return { digests: { algaCore, workflowWorker, emailService, temporalWorker }, why };
}

interface Told {
  readonly release: ReleaseManifest;
  readonly outcome: 'imported' | 'replaced' | 'unchanged';
  readonly file: string;
  readonly vendor: VendorRelease;
  readonly why: Asked['why'];
}

async function tell(context: CommandContext, { release, outcome, file, vendor, why }: Told): Promise<void> {
  const { releaseVersion: version, app, origin = null } = release;
  const leftOut = vendor.leftOut.map((one) => ({ ...one, field: clean(one.field).slice(0, LONGEST_FAULT) }));
  const warnings = [
    ...originNotes(release).slice(1),
    ...VENDOR_IMAGES.flatMap((key) =>
      why[key] === undefined || app.images[key].digest !== null
        ? []
        : [`No digest for ${imageName(key)} ${vendor.tags[key]}: ${why[key]}. The image is pinned by its tag only.`],
    ),
    ...supportWarnings(release, context.services.clock.now()).map((text) => `${text}.`),
  ];
  const document = {
    releaseVersion: version,
    outcome,
    file,
    origin,
    images: app.images,
    notTakenOver: leftOut,
    warnings,
  };
  await context.give(document, () => [
    outcome === 'unchanged'
      ? `Release ${version} is already imported with the same contents: ${file} is unchanged.`
      : `${outcome === 'replaced' ? 'Replaced' : 'Imported'} release ${version}: ${file}`,
    `  from ${clean(origin?.reference ?? '')}, ${origin?.digest ?? origin?.configDigest ?? ''}`,
    `  based on ${origin?.base ?? ''}: Talos ${release.talos.version}, Kubernetes ${release.kubernetes.version}, Flux ${release.flux.version}, branch ${app.releaseBranch}`,
    ...VENDOR_IMAGES.map((key) => `  ${imageName(key).padEnd(16)} ${imageReference(app.images[key])}`),
    ...(leftOut.length > 0 ? ['Not imported:', ...leftOut.map((one) => `  ${one.field}: ${one.why}`)] : []),
    `To install it: ${callInStyle(context.style, 'start', '--release-version', version)}.`,
  ]);
  context.insist(...warnings.map((warning) => `warning: ${clean(warning)}`));
}
