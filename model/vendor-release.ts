import { z } from 'zod';
import { VENDOR_IMAGES } from './appliance.ts';
import type { VendorImage } from './appliance.ts';
import { digest, imageTag, releaseVersion } from './release.ts';
import { parse } from './releases.ts';
import type { ReleaseFault } from './releases.ts';

/** The only supported form of the vendor's release manifest (docs/contract.md, "Releases and tags"). */
export const VENDOR_SCHEMA = 'alga.appliance.release/v1';

/** A version names a folder on this machine and is used in labels of the cluster. */
const LONGEST_VERSION = 63;
const text = z.string().min(1);

/**
 * The vendor's reader requires version, images.algaCore, config.repository and config.digest; this one requires all four images, since a
 * release here names all of them. Unknown fields are reported, not refused: the vendor adds some.
 */
const vendorRelease = z.looseObject({
  schema: z.literal(VENDOR_SCHEMA),
  version: releaseVersion.max(LONGEST_VERSION, `expected a version of at most ${LONGEST_VERSION} characters`),
  channel: text.nullish(),
  valuesProfile: text.nullish(),
  images: z.looseObject({
    algaCore: imageTag,
    workflowWorker: imageTag,
    emailService: imageTag,
    temporalWorker: imageTag,
  }),
  controlPlane: text.nullish(),
  config: z.looseObject({ repository: text, version: text.nullish(), tag: text.nullish(), digest }),
  charts: z.record(z.string(), text).nullish(),
  profileValues: z.record(z.string(), z.string()).nullish(),
  supportAgent: z.string().nullish(),
  supportReceiptKeys: z.record(z.string(), z.string()).nullish(),
});

/** A field of the vendor's manifest that is not imported, and why. */
export interface LeftOut {
  readonly field: string;
  readonly why: string;
}

export interface VendorRelease {
  readonly version: string;
  readonly tags: Readonly<Record<VendorImage, string>>;
  readonly leftOut: readonly LeftOut[];
}

/**
 * What is imported of the vendor's manifest, or every fault; `name` is its name for people. A manifest of another schema has that one
 * fault, because the meaning of its fields is unknown.
 */
export function readVendorRelease(name: string, content: string): VendorRelease | { readonly faults: ReleaseFault[] } {
  const parsed = parse(name, content, vendorRelease);
  if ('faults' in parsed) {
    const other = parsed.faults.filter(({ field }) => field === 'schema');
    return {
      faults:
        other.length > 0 ? other.map((fault) => ({ ...fault, message: schemaMessage(fault.message) })) : parsed.faults,
    };
  }
  const { version, images } = parsed.value;
  const { algaCore, workflowWorker, emailService, temporalWorker } = images;
  return { version, tags: { algaCore, workflowWorker, emailService, temporalWorker }, leftOut: leftOut(parsed.value) };
}

function schemaMessage(message: string): string {
  return message === 'is missing'
    ? `is missing: this is not a release manifest of the vendor (supported: ${VENDOR_SCHEMA})`
    : `${message}: a newer client may support that schema`;
}

const WHY = {
  channel: "channels name this client's own releases only",
  valuesProfile: "the profile of the base release is used, from this product's own Flux tree",
  controlPlane: 'this product has no control plane image on the node',
  config: "the vendor's Flux bundle; this product uses its own tree from Git",
  charts: "the vendor's charts; those of the base release are used",
  profileValues: "values of the vendor's charts; this product creates its own",
  supportAgent: 'the support agent of the vendor is not installed',
  supportReceiptKeys: 'keys of the support agent, which is not installed',
} as const;

function leftOut(manifest: z.infer<typeof vendorRelease>): LeftOut[] {
  const known = new Set<string>(['schema', 'version', 'images', ...Object.keys(WHY)]);
  const why = Object.entries(WHY).flatMap(([field, reason]) => {
    const value = manifest[field];
    return value === undefined || value === null || value === '' ? [] : [{ field: named(field, value), why: reason }];
  });
  const others = [
    ...Object.keys(manifest).filter((key) => !known.has(key)),
    ...Object.keys(manifest.images)
      .filter((key) => !VENDOR_IMAGES.some((image) => image === key))
      .map((key) => `images.${key}`),
  ];
  return [...why, ...others.map((field) => ({ field, why: 'unknown to this client' }))];
}

/** A field with its value, or with the names in it. */
function named(field: string, value: unknown): string {
  if (typeof value === 'string') return `${field} ${value}`;
  const names = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  return names.length === 0 ? field : `${field} (${names.join(', ')})`;
}
