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
import { usageError } from '../terminal/failure.ts';
import { importedFile } from './releases.ts';
import type { Source } from './import-source.ts';

/** What a person says about an import beside its source. */
export interface ImportWishes {
  /** The release that gives Talos, Kubernetes, Flux, charts and dependencies; the newest of this client when undefined. */
  readonly base: string | undefined;
  /** The release whose images those are like that nobody here knows; without it they are refused. */
  readonly like: string | undefined;
}

/** What the vendor's images are at their registries; null where no digest could be learned. */
export type Digests = Readonly<Record<VendorImage, string | null>>;

/** Takes the releases of this machine, gives the one that an import is built on. Throws a usage error. */
export function baseOf(catalogue: ReleaseCatalogue, { base }: ImportWishes): ReleaseManifest {
  if (base !== undefined) return named(catalogue, '--base', base);
  const own = catalogue.releases.filter(({ origin }) => origin === undefined);
  const [newest] = own.toSorted((one, other) => compareReleaseVersions(other.releaseVersion, one.releaseVersion));
  if (newest) return newest;
  throw usageError('This client has no release to build on: `appliance-client releases validate` says what is wrong.');
}

function named({ releases }: ReleaseCatalogue, flag: string, version: string): ReleaseManifest {
  const found = releases.find(({ releaseVersion }) => releaseVersion === version);
  if (found) return found;
  const known = releases.map(({ releaseVersion }) => releaseVersion).join(', ');
  throw usageError(`${flag}: there is no release ${version}; there are: ${known || 'none'}`);
}

/** Images that nobody here knows, and the release that they are like. */
export type Assumed = NonNullable<ReleaseManifest['origin']>['assumed'];

/**
 * Takes the vendor's release, gives those of its images that are said to be like another release's. An image is known by its tag
 * alone. Neither the age of the manifest nor the day of a commit says what an image can do: manifests go on naming images of months
 * before, and commits beside the main line lack what it has long had. Throws a usage error where nothing was said.
 */
export function assumedImages({ tags }: VendorRelease, catalogue: ReleaseCatalogue, { like }: ImportWishes): Assumed {
  const unknown = VENDOR_IMAGES.filter((key) => knownCapabilities(key, tags[key]) === undefined);
  const model = like === undefined ? null : named(catalogue, '--like', like);
  if (unknown.length === 0) return {};
  if (model) return Object.fromEntries(unknown.map((key) => [key, model.releaseVersion]));
  throw usageError(
    `What these images can do is not known here: ${unknown.map((key) => `${imageName(key)} ${tags[key]}`).join(', ')}. ` +
      'A wrong guess fails the setup of the database or leaves licensing dead, so none is made. Take a newer client that knows ' +
      'them, or say with --like <release> which release their images are like (`appliance-client releases show <release>` says ' +
      'what each of its images can do; a tag is a commit of github.com/Nine-Minds/alga-psa). Nothing was imported.',
  );
}

/** What a release is made of. */
export interface Parts {
  readonly vendor: VendorRelease;
  readonly source: Source;
  readonly base: ReleaseManifest;
  readonly catalogue: ReleaseCatalogue;
  readonly assumed: Assumed;
  readonly digests: Digests;
  readonly now: Date;
}

/** Puts the release together, and reads it back as every reader does. Throws a usage error when its parts do not fit together. */
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
      `${source.name} and release ${base.releaseVersion} make no release that can be installed. Nothing was imported.`,
      ...faults.map((fault) => `  ${describeFault({ ...fault, file: '' })}`),
    ].join('\n'),
  );
}

/**
 * Takes digests as they were answered and the release of this version that was imported before, gives the digests to write: a
 * registry that is silent today takes no pin away from a tag that had one.
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

/** Takes two releases, gives the paths of what an install of the one would do otherwise. */
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
