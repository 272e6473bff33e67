import { z } from 'zod';
import type { VendorImage } from './appliance.ts';
import type { ObjectOf } from './objects.ts';

/** The name is in recorded sites and must stay. Every image has an administrator's connection; this is about the tenants' one. */
const adminConnection = z
  .boolean()
  .describe(
    "It reaches tenants' data as DB_USER_SERVER, so through PgBouncer; false before vendor commit 30cb8e41f0 of 2026-07-23: always as app_user, so directly at db:5432.",
  );

/** What an image of the server can do that others of it cannot; docs/contract.md, "The vendor's sources". */
const server = {
  adminConnection,
  seedsFolder: z
    .enum(['ee/server/seeds/onboarding', 'ee/server/seeds/onboarding/psa'])
    .describe('Where the seeds lie below /app; the latter since R1.0.'),
  idempotentSeeds: z.boolean().describe('The seeds may run over what they wrote before; false at R1.0.'),
  licenseState: z
    .boolean()
    .describe('It has the table license_state, and licensing is dead without a row in it; since R1.0.'),
  createTenant: z
    .enum(['create-tenant.ts', 'appliance-create-tenant.mjs', 'none'])
    .describe('The script in /app/server/scripts that creates the first tenant; none: no script of the image can.'),
};

/** The capabilities of each of the vendor's images, by its key in a release. */
export function capabilities(object: ObjectOf) {
  const worker = object({ adminConnection });
  return {
    algaCore: object(server),
    workflowWorker: worker,
    emailService: worker,
    temporalWorker: worker,
  } as const satisfies Record<VendorImage, z.ZodType>;
}
export type Capabilities = { readonly [Key in VendorImage]: z.infer<ReturnType<typeof capabilities>[Key]> };

type Known = { readonly [Key in VendorImage]: readonly (readonly [tag: string, Capabilities[Key]])[] };

const beforeR1 = {
  adminConnection: false,
  seedsFolder: 'ee/server/seeds/onboarding',
  idempotentSeeds: false,
  licenseState: false,
  createTenant: 'none',
} as const;
const r1 = {
  ...beforeR1,
  seedsFolder: 'ee/server/seeds/onboarding/psa',
  licenseState: true,
  createTenant: 'create-tenant.ts',
} as const;
const worker = { adminConnection: false };

/** Images whose source was read, oldest first. */
const KNOWN: Known = {
  algaCore: [
    ['a2cbb430', beforeR1],
    ['eaec6253', r1],
    ['5f2b42b2', r1],
  ],
  workflowWorker: [['a2cbb43', worker]],
  emailService: [['61e4a00e', worker]],
  temporalWorker: [
    ['a2cbb43', worker],
    ['c97989d', worker],
  ],
};

/** The part of a release with the capabilities of its images; releases before 2026-11-29 have none. */
interface Release {
  readonly app: {
    readonly images: {
      readonly [Key in VendorImage]: { readonly tag: string; readonly capabilities?: Capabilities[Key] | undefined };
    };
  };
}

/**
 * What an image can do; `tag` replaces the release's own. An unknown tag is treated like the release's own, and a release without
 * capabilities like the oldest known image.
 */
export function capabilitiesOf<Key extends VendorImage>(release: Release, key: Key, tag?: string): Capabilities[Key] {
  const own = release.app.images[key];
  const replaced = tag === undefined || tag === own.tag ? undefined : knownCapabilities(key, tag);
  const found = replaced ?? own.capabilities ?? knownCapabilities(key, own.tag) ?? KNOWN[key][0]?.[1];
  if (found === undefined) throw new Error(`no image of ${key} is known`);
  return found;
}

/** What the image of a tag can do; undefined when its source was not read. */
export function knownCapabilities<Key extends VendorImage>(key: Key, tag: string): Capabilities[Key] | undefined {
  return KNOWN[key].find(([known]) => known === tag)?.[1];
}
