import { VENDOR_IMAGES } from './appliance.ts';
import type { VendorImage } from './appliance.ts';
import { knownCapabilities } from './capabilities.ts';
import type { ReleaseManifest } from './release.ts';

/** A version as its makers support it: `1.12` stands for every 1.12.x. */
interface Supported {
  readonly version: string;
  /** Last day of its makers' support; null when no date is published. */
  readonly end: string | null;
  /** Where both were read. */
  readonly sources: readonly string[];
}

/** From and to, both included. */
interface Range {
  readonly from: string;
  readonly to: string;
}

const KUBERNETES_EOL = 'https://raw.githubusercontent.com/kubernetes/website/main/data/releases/eol.yaml';
const POSTGRES_VERSIONS = 'https://www.postgresql.org/support/versioning/';
const FLUX = ['https://fluxcd.io/roadmap/', 'https://fluxcd.io/flux/releases/'];
const TALOS = 'https://www.talos.dev/v1.12/introduction/support-matrix/';

/**
 * What works together according to the makers, read on 2026-11-29. What has no row is not known to work and is refused: add the row with
 * its source.
 */
export const SUPPORT_MATRIX = {
  /** "End of Community Support" is the release of the next minor, with the day that the page plans for it. */
  talos: [
    { version: '1.11', kubernetes: { from: '1.29', to: '1.34' }, end: '2025-12-15', sources: [TALOS] },
    { version: '1.12', kubernetes: { from: '1.30', to: '1.35' }, end: '2026-04-30', sources: [TALOS] },
  ],
  /** The roadmap ends 1.32 with Flux 2.8, which is the first that is tested on 1.35. Three minors are kept up; none has a date. */
  flux: [
    { version: '2.7', kubernetes: { from: '1.32', to: '1.34' }, end: null, sources: FLUX },
    { version: '2.8', kubernetes: { from: '1.33', to: '1.35' }, end: null, sources: FLUX },
  ],
  kubernetes: [
    { version: '1.29', end: '2025-02-28', sources: [KUBERNETES_EOL] },
    { version: '1.30', end: '2025-07-15', sources: [KUBERNETES_EOL] },
    { version: '1.31', end: '2025-11-11', sources: [KUBERNETES_EOL] },
    { version: '1.32', end: '2026-02-28', sources: [KUBERNETES_EOL] },
    { version: '1.33', end: '2026-06-28', sources: ['https://kubernetes.io/releases/1.33/'] },
    { version: '1.34', end: '2026-10-27', sources: ['https://kubernetes.io/releases/1.34/'] },
    { version: '1.35', end: '2027-02-28', sources: ['https://kubernetes.io/releases/1.35/'] },
  ],
  postgres: [{ version: '15', end: '2027-11-11', sources: [POSTGRES_VERSIONS] }],
  /** Migrations of 1.0's trees were run on PostgreSQL 15 (docs/contract.md, "Measured with the vendor's trees"). */
  app: [
    {
      version: '1',
      postgres: { from: '15', to: '15' },
      end: null,
      sources: ['https://github.com/Nine-Minds/alga-psa'],
    },
  ],
} as const satisfies {
  readonly talos: readonly (Supported & { readonly kubernetes: Range })[];
  readonly flux: readonly (Supported & { readonly kubernetes: Range })[];
  readonly kubernetes: readonly Supported[];
  readonly postgres: readonly Supported[];
  readonly app: readonly (Supported & { readonly postgres: Range })[];
};

/** What does not fit together in a release, and the field. */
interface SupportFault {
  readonly field: string;
  readonly message: string;
}

type Release = Pick<ReleaseManifest, 'talos' | 'kubernetes' | 'flux' | 'app' | 'dependencies'>;

/** Tags that a release once named and that cannot be installed; docs/contract.md, "Releases and tags". */
const DEAD: Readonly<Partial<Record<VendorImage, readonly string[]>>> = { algaCore: ['94446747'] };

/** What in a release does not work together, or is not known to. */
export function supportFaults(release: Release): SupportFault[] {
  const { talos, flux, kubernetes, postgres, app } = rowsOf(release);
  const [minor, database] = [minorOf(release.kubernetes.version), databaseOf(release)];
  return [
    ...unknown(talos, 'talos.version', `Talos ${release.talos.version}`),
    ...unknown(flux, 'flux.version', `Flux ${release.flux.version}`),
    ...unknown(kubernetes, 'kubernetes.version', `Kubernetes ${release.kubernetes.version}`),
    ...unknown(postgres, 'dependencies.postgres.tag', `PostgreSQL ${database ?? 'of this tag'}`),
    ...unknown(app, 'app.version', `Alga PSA ${release.app.version}`),
    ...outside(talos, 'kubernetes.version', `Talos ${talos?.version} supports Kubernetes`, talos?.kubernetes, minor),
    ...outside(flux, 'kubernetes.version', `Flux ${flux?.version} supports Kubernetes`, flux?.kubernetes, minor),
    ...outside(app, 'dependencies.postgres.tag', 'Alga PSA needs PostgreSQL', app?.postgres, database ?? '15'),
    ...withoutVector(release),
    ...prereleases(release),
  ];
}

/** The migrations create the extension `vector`, which the plain PostgreSQL images do not have. */
function withoutVector({ dependencies }: Release): SupportFault[] {
  const { repository, tag } = dependencies.postgres;
  if (/(^|\/)pgvector$/.test(repository)) return [];
  const message = `${repository}:${tag} is not PostgreSQL with the extension vector, which Alga PSA needs: use an image of pgvector/pgvector`;
  return [{ field: 'dependencies.postgres.repository', message }];
}

/** The makers' support starts with a minor's first release; `v1.34.0-alpha.1` is before it. */
function prereleases({ talos, kubernetes, flux }: Release): SupportFault[] {
  const parts = { 'talos.version': talos, 'kubernetes.version': kubernetes, 'flux.version': flux };
  return Object.entries(parts).flatMap(([field, { version }]) =>
    version.includes('-')
      ? [{ field, message: `${version} is a pre-release, which its makers do not support: use a release` }]
      : [],
  );
}

/**
 * What is wrong with the vendor's images in a release. For the choice of a release: an install that was started with one is not stopped
 * by it.
 */
export function imageFaults(release: Release): SupportFault[] {
  return VENDOR_IMAGES.flatMap((key) => faultsOfImage(release, key));
}

function faultsOfImage({ app }: Release, key: VendorImage): SupportFault[] {
  const { tag, capabilities } = app.images[key];
  const field = `app.images.${key}`;
  if (DEAD[key]?.includes(tag))
    return [{ field: `${field}.tag`, message: `${tag} cannot be installed (docs/contract.md, "Releases and tags")` }];
  const known = Object.entries(knownCapabilities(key, tag) ?? {});
  const said = new Map<string, unknown>(Object.entries(capabilities ?? {}));
  return known.flatMap(([name, value]) =>
    said.has(name) && said.get(name) !== value
      ? [
          {
            field: `${field}.capabilities.${name}`,
            message: `is ${String(said.get(name))}, but the image ${tag} is known to have ${String(value)} (model/capabilities.ts)`,
          },
        ]
      : [],
  );
}

/** A line for each part of a release whose makers' support has ended. */
export function supportWarnings(release: Release, now: Date): string[] {
  const { talos, kubernetes, flux, postgres } = rowsOf(release);
  const today = now.toISOString().slice(0, 10);
  const parts = [
    ['Talos', talos],
    ['Kubernetes', kubernetes],
    ['Flux', flux],
    ['PostgreSQL', postgres],
  ] as const;
  return [
    ...parts.flatMap(([name, row]) =>
      row?.end && row.end < today ? [`support for ${name} ${row.version} by its makers ended on ${row.end}`] : [],
    ),
    ...otherDebian(release),
  ];
}

/** Another Debian has another glibc with another sort order: the indexes of an existing data directory become invalid (docs/releasing.md). */
function otherDebian({ dependencies }: Release): string[] {
  const { repository, tag } = dependencies.postgres;
  const debian = /-([a-z]+)$/.exec(tag)?.[1];
  if (debian === undefined || debian === 'bookworm') return [];
  return [
    `${repository}:${tag} is on ${debian}, not on Debian bookworm: the sort order of text differs there, so the indexes of an existing database must be rebuilt (docs/releasing.md, "PostgreSQL")`,
  ];
}

function rowsOf(release: Release) {
  const row = <Row extends Supported>(rows: readonly Row[], version: string | null): Row | undefined =>
    rows.find((one) => one.version === version);
  return {
    talos: row<(typeof SUPPORT_MATRIX.talos)[number]>(SUPPORT_MATRIX.talos, minorOf(release.talos.version)),
    flux: row<(typeof SUPPORT_MATRIX.flux)[number]>(SUPPORT_MATRIX.flux, minorOf(release.flux.version)),
    kubernetes: row<Supported>(SUPPORT_MATRIX.kubernetes, minorOf(release.kubernetes.version)),
    postgres: row<Supported>(SUPPORT_MATRIX.postgres, databaseOf(release)),
    app: row(SUPPORT_MATRIX.app, release.app.version.split('.')[0] ?? null),
  };
}

/** The major version is in the tag, but of `ankane/pgvector`, which has always been PostgreSQL 15. */
function databaseOf({ dependencies }: Release): string | null {
  const { repository, tag } = dependencies.postgres;
  if (repository.endsWith('/ankane/pgvector')) return '15';
  return (/pg(\d+)/.exec(tag) ?? /^(\d+)\b/.exec(tag))?.[1] ?? null;
}

function minorOf(version: string): string {
  return /^v?(\d+\.\d+)/.exec(version)?.[1] ?? version;
}

function unknown(row: Supported | undefined, field: string, what: string): SupportFault[] {
  return row ? [] : [{ field, message: `${what} is not in the support matrix (model/support-matrix.ts)` }];
}

function outside(
  row: Supported | undefined,
  field: string,
  what: string,
  range: Range | undefined,
  found: string,
): SupportFault[] {
  if (!row || !range || (compare(range.from, found) <= 0 && compare(found, range.to) <= 0)) return [];
  const wanted = range.from === range.to ? range.from : `${range.from} to ${range.to}`;
  return [{ field, message: `${what} ${wanted}, but this is ${found} (${row.sources.join(', ')})` }];
}

function compare(one: string, other: string): number {
  const [a = [], b = []] = [one, other].map((version) => version.split('.').map(Number));
  return (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0);
}
