import { z } from 'zod';
import { VENDOR_IMAGES } from './appliance.ts';
import { capabilities } from './capabilities.ts';
import { kept, strict } from './objects.ts';
import type { ObjectOf } from './objects.ts';

/** Release version as the appliance's maintainers write it, prereleases such as 1.0-rc5 included (docs/contract.md). */
export const RELEASE_VERSION = /^[0-9]+\.[0-9]+(\.[0-9]+)?(-[A-Za-z0-9._-]+)?$/;
export const releaseVersion = z.string().regex(RELEASE_VERSION, 'expected a version such as 1.0, 1.2.3 or 1.0-rc5');

/** An image tag as the OCI distribution specification allows it; `latest` is not a release. */
export const imageTag = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/, 'expected an image tag: letters, digits, "_", "." and "-", at most 128')
  .refine((tag) => tag !== 'latest', 'a release pins its images: "latest" is not a tag of a release');

export const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256: and 64 hexadecimal digits');

/** `digest` stays null until the image has been seen at its registry. */
const imageFields = {
  repository: z
    .string()
    .regex(/^[a-z0-9.-]+(:[0-9]+)?(\/[a-z0-9._-]+)+$/, 'expected a registry and a repository, without a tag'),
  tag: imageTag,
  digest: digest.nullable().default(null),
};
export const image = strict(imageFields);
export type Image = z.infer<typeof image>;

/** The branch name rules of git-check-ref-format that a person is likely to break. */
export const branchName = z
  .string()
  .min(1, 'expected a Git branch name')
  .regex(/^(?!-)(?!.*(\.\.|@\{|\/\/|[\s~^:?*[\\]))(?!\/)(?!.*(\/|\.|\.lock)$).+$/, 'expected a Git branch name');

const semver = z.string().regex(/^v?[0-9]+\.[0-9]+\.[0-9]+(-[A-Za-z0-9.-]+)?$/, 'expected a version such as v1.12.0');

/** Source of a release that was imported on an operator's machine from the vendor's own manifest (./vendor-release.ts). */
const originOf = (object: ObjectOf) =>
  object({
    reference: z.string().min(1).describe('The OCI reference, or the name of the file, that was imported.'),
    digest: digest.nullable().describe('Digest of the OCI manifest; null for a file.'),
    configDigest: digest.describe('SHA-256 of the manifest of the vendor as it was read.'),
    importedAt: z.iso.datetime(),
    base: releaseVersion.describe('The release whose Talos, Kubernetes, Flux, charts and dependencies this one has.'),
    assumed: z
      .partialRecord(z.enum(VENDOR_IMAGES), releaseVersion)
      .describe('Images unknown to this client, and the release to whose images the import declared them equal.'),
  });
export type ReleaseOrigin = z.infer<ReturnType<typeof originOf>>;

function manifestOf(object: ObjectOf) {
  const anImage = object(imageFields);
  const can = capabilities(object);
  return object({
    $schema: z.string().optional(),
    releaseVersion,
    generatedAt: z.iso.datetime('expected a time in UTC such as 2026-05-01T12:00:00Z'),
    talos: object({
      version: semver,
      schematicId: z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits'),
    }),
    kubernetes: object({ version: semver }),
    /** The digest is what was seen at the factory; the node is told the tag. */
    os: object({ installer: object({ image: z.string().min(1), digest: digest.nullable().optional() }) }),
    app: object({
      version: z.string().min(1),
      releaseBranch: branchName.regex(/^release\/.+/, 'expected a branch that starts with release/'),
      valuesProfile: z.string().min(1),
      images: object({
        algaCore: anImage.extend({ capabilities: can.algaCore.optional() }),
        workflowWorker: anImage.extend({ capabilities: can.workflowWorker.optional() }),
        emailService: anImage.extend({ capabilities: can.emailService.optional() }),
        temporalWorker: anImage.extend({ capabilities: can.temporalWorker.optional() }),
        hocuspocus: anImage
          .optional()
          .describe('Collaborative editing; a release without it has it only with an image that the operator names.'),
      }),
    }),
    dependencies: object({
      postgres: anImage,
      redis: anImage,
      pgbouncer: anImage,
      busybox: anImage,
      node: anImage,
      temporal: anImage,
      temporalUi: anImage,
      localPathProvisioner: anImage,
    }),
    charts: z.record(z.string(), semver),
    flux: object({ version: semver, manifestsDigest: digest.nullable().default(null) }),
    origin: originOf(object).optional(),
  });
}

/** What one release of the appliance consists of; `releases/<version>/release.json`. */
export const releaseManifest = manifestOf(strict);

/** The same as a spec carries it, tolerant of fields of a newer client, so that its sites can be read. */
export const releaseInSpec = manifestOf(kept);
export type ReleaseManifest = z.infer<typeof releaseManifest>;

/** A channel names the release that it stands for today, and the branch that Flux follows. */
export const CHANNELS = ['stable', 'candidate', 'nightly'] as const;
export const channelName = z.enum(CHANNELS);
export type ChannelName = z.infer<typeof channelName>;
export const releaseChannel = z.strictObject({
  $schema: z.string().optional(),
  channel: channelName,
  releaseVersion,
  branch: branchName,
});
export type ReleaseChannel = z.infer<typeof releaseChannel>;

/** The reference for a registry client: by digest when that is known, by tag otherwise. */
export function imageReference(value: Image): string {
  return value.digest ? `${value.repository}:${value.tag}@${value.digest}` : `${value.repository}:${value.tag}`;
}

/** A reference with a tag, and with a digest where that is known. */
const REFERENCE = /^(?<repository>[^@]+):(?<tag>[^:@/]+)(@(?<digest>.+))?$/;

/** An image as a person writes it: registry, repository and tag, and a digest where it is known. */
export const imageReferenceText = z
  .string()
  .refine(
    (text) => image.safeParse(REFERENCE.exec(text)?.groups).success,
    'expected an image with registry and tag, such as registry.example.com/alga/hocuspocus:1.2.3, which may end in @sha256:… and is not "latest"',
  );

/** Parses what `imageReferenceText` has accepted. */
export function imageFromReference(text: string): Image {
  return image.parse(REFERENCE.exec(text)?.groups);
}

/** What an install of the release installs: an imported one without where and when it was imported. */
export function installed(release: ReleaseManifest): object {
  if (!release.origin) return release;
  const { origin: _origin, generatedAt: _generatedAt, ...rest } = release;
  return rest;
}
