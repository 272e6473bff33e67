import { advise, asCode, client, holeFor } from '../../model/advice.ts';
import { VENDOR_IMAGES } from '../../model/appliance.ts';
import type { VendorImage } from '../../model/appliance.ts';
import { capabilities as capabilitiesIn, capabilitiesOf, knownCapabilities } from '../../model/capabilities.ts';
import { strict } from '../../model/objects.ts';
import { installed } from '../../model/release.ts';
import type { ReleaseManifest } from '../../model/release.ts';
import { compareReleaseVersions } from '../../model/release-order.ts';
import { describeFault, readReleases } from '../../model/releases.ts';
import type { ReleaseCatalogue } from '../../model/releases.ts';
import { imageName } from '../../model/vendor-images.ts';
import type { VendorRelease } from '../../model/vendor-release.ts';
import { advisedError } from '../site/hints.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { usageError } from '../terminal/failure.ts';
import { importedFile } from './releases.ts';
import type { Source } from './import-source.ts';

/** Options of an import. */
export interface ImportWishes {
  /** The release that gives Talos, Kubernetes, Flux, charts and dependencies; the newest of this client when undefined. */
  readonly base: string | undefined;
  /** The release to whose images unknown images are assumed equal; without it they are refused. */
  readonly like: string | undefined;
}

/** What the vendor's images are at their registries; null where no digest could be learned. */
export type Digests = Readonly<Record<VendorImage, string | null>>;

/** The release that an import is built on. Throws a usage error. */
export function baseOf(catalogue: ReleaseCatalogue, { base }: ImportWishes): ReleaseManifest {
  if (base !== undefined) return named(catalogue, '--base', base);
  const own = catalogue.releases.filter(({ origin }) => origin === undefined);
  const [newest] = own.toSorted((one, other) => compareReleaseVersions(other.releaseVersion, one.releaseVersion));
  if (newest) return newest;
  throw advisedError(
    EXIT.usage,
    advise`This client has no valid release to build on. Find out why: ${client('releases', 'validate')}.`,
  );
}

function named({ releases }: ReleaseCatalogue, flag: string, version: string): ReleaseManifest {
  const found = releases.find(({ releaseVersion }) => releaseVersion === version);
  if (found) return found;
  const known = releases.map(({ releaseVersion }) => releaseVersion).join(', ');
  throw usageError(`${flag}: unknown release ${version}. Available: ${known || 'none'}`);
}

/** Unknown images, and the release to whose images each is assumed equal. */
export type Assumed = NonNullable<ReleaseManifest['origin']>['assumed'];

/**
 * The vendor's images that --like equates with another release's. An image is known by its tag alone. Neither the age of the manifest
 * nor the date of a commit tells what an image can do: manifests keep naming images from months before, and commits beside the main
 * line lack what it has long had. Throws a usage error if an image is unknown and there is no --like.
 */
export function assumedImages({ tags }: VendorRelease, catalogue: ReleaseCatalogue, { like }: ImportWishes): Assumed {
  const unknown = VENDOR_IMAGES.filter((key) => knownCapabilities(key, tags[key]) === undefined);
  const model = like === undefined ? null : named(catalogue, '--like', like);
  if (unknown.length === 0) return {};
  if (model) return Object.fromEntries(unknown.map((key) => [key, model.releaseVersion]));
  const names = unknown.map((key) => `${imageName(key)} ${tags[key]}`).join(', ');
  throw advisedError(
    EXIT.usage,
    advise`The capabilities of these images are unknown: ${names}. Nothing was imported. A wrong guess fails the setup of the database or leaves licensing dead, so this client does not guess. Use a newer client that knows them, or name the release that has the same kind of images with ${asCode('--like', holeFor('release'))}. ${client('releases', 'show', holeFor('release'))} shows what each of its images can do; a tag is a commit of github.com/Nine-Minds/alga-psa.`,
  );
}

/** What a release consists of. */
export interface Parts {
  readonly vendor: VendorRelease;
  readonly source: Source;
  readonly base: ReleaseManifest;
  readonly catalogue: ReleaseCatalogue;
  readonly assumed: Assumed;
  readonly digests: Digests;
  readonly now: Date;
}

/** Assembles the release, and reads it back as every reader does. Throws a usage error when its parts do not fit together. */
export function putTogether({ vendor, source, base, catalogue, assumed, digests, now }: Parts): ReleaseManifest {
  const abilities = capabilitiesIn(strict);
  const image = <Key extends VendorImage>(key: Key) => {
    const tag = vendor.tags[key];
    const like = assumed[key];
    const capabilities =
      like === undefined ? knownCapabilities(key, tag) : capabilitiesOf(named(catalogue, '--like', like), key);
    const { repository } = base.app.images[key];
    return { repository, tag, digest: digests[key], capabilities: abilities[key].parse(capabilities) };
  };
  const { $schema: _schema, origin: _origin, ...rest } = base;
  const release = {
    ...rest,
    releaseVersion: vendor.version,
    generatedAt: now.toISOString(),
    app: {
      ...base.app,
      version: vendor.version,
      images: Object.fromEntries(VENDOR_IMAGES.map((key) => [key, image(key)])),
    },
    origin: {
      reference: source.name,
      digest: source.digest,
      configDigest: source.configDigest,
      importedAt: now.toISOString(),
      base: base.releaseVersion,
      assumed,
    },
  };
  const { releases, faults } = readReleases(new Map([[importedFile(vendor.version), JSON.stringify(release)]]));
  const [sound] = releases;
  if (sound) return sound;
  throw usageError(
    [
      `${source.name} and release ${base.releaseVersion} do not form an installable release. Nothing was imported.`,
      ...faults.map((fault) => `  ${describeFault({ ...fault, file: '' })}`),
    ].join('\n'),
  );
}

/**
 * The digests to write: a registry that does not answer today removes no pin from a tag that had one in the release of this version
 * that was imported before.
 */
export function keptDigests(asked: Digests, tags: VendorRelease['tags'], before: ReleaseManifest | null): Digests {
  const kept = (key: VendorImage): string | null => {
    const image = before?.app.images[key];
    return asked[key] ?? (image?.tag === tags[key] ? image.digest : null);
  };
  return {
    algaCore: kept('algaCore'),
    workflowWorker: kept('workflowWorker'),
    emailService: kept('emailService'),
    temporalWorker: kept('temporalWorker'),
  };
}

/** The paths in which an install of the one release would differ from an install of the other. */
export function changedPaths(one: ReleaseManifest, other: ReleaseManifest): string[] {
  return pathsOf(installed(one), installed(other), []);
}

function pathsOf(one: unknown, other: unknown, path: readonly string[]): string[] {
  if (!isObject(one) || !isObject(other)) return one === other ? [] : [path.join('.')];
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].flatMap((key) => pathsOf(one[key], other[key], [...path, key]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
