import type { OldChart } from './git/old-charts.ts';
import type { GitFault } from './git/server.ts';
import type { TalosFault } from './parts/talos-control.ts';
import type { RegistryFault } from './registry/faults.ts';

/** What a fault does, on whichever side it is played. */
interface Play {
  readonly what: string;
  /** The machine's fault; `resolver` is the address of the network's resolver. */
  readonly machine?: (target: string, resolver: string) => TalosFault;
  /** The network's resolver refuses every request. */
  readonly resolver?: true;
  /** Somebody else has installed the machine before. */
  readonly alreadyConfigured?: true;
  readonly registry?: (image: string) => RegistryFault;
  readonly git?: GitFault;
  /** What is served is not the checkout. */
  readonly branch?: 'missing' | 'broken';
  /** A chart of what is served is as an older release had it. */
  readonly chart?: OldChart;
  /** The node's disk for pods is filled. */
  readonly diskFull?: true;
}

const registry =
  (kind: RegistryFault['kind']) =>
  (image: string): RegistryFault => ({ kind, image, bytesPerSecond: 50_000 });

/** The vendor's own image is this heavy, and took sixteen minutes to come (docs/contract.md). */
const HEAVY = { layerBytes: 1_800_000_000, seconds: 16 * 60 } as const;

const heavy =
  (seconds: number) =>
  (image: string): RegistryFault => ({
    kind: 'slow',
    image: image || 'alga-psa-ee',
    layerBytes: HEAVY.layerBytes,
    bytesPerSecond: HEAVY.layerBytes / seconds,
  });

/** Faults by name; a name may carry a target: `image-missing=workflow-worker`. */
export const FAULTS: Readonly<Record<string, Play>> = {
  'machine-off': { what: 'nothing answers at the address of the machine', machine: () => ({ kind: 'unreachable' }) },
  'machine-configured': { what: 'somebody else has installed the machine', alreadyConfigured: true },
  'machine-disk-missing': { what: 'the install disk is not there', machine: () => ({ kind: 'disk-missing' }) },
  'machine-clock-off': {
    what: 'the clock of the machine is two hours ahead',
    machine: () => ({ kind: 'clock-off', offsetMs: 7_200_000 }),
  },
  'machine-foreign': {
    what: 'the machine shows the certificate of another CA',
    machine: () => ({ kind: 'foreign-ca' }),
  },
  'dns-refused': {
    what: 'the resolver of the network refuses; freed by the other one (`lab status` names it)',
    machine: (_, resolver) => ({ kind: 'dns-refused', resolver }),
    resolver: true,
  },
  'disk-full': { what: "the node's disk for pods is nearly full", diskFull: true },
  'image-missing': { what: 'the registry does not have the image', registry: registry('missing') },
  'image-unauthorized': { what: 'the registry wants credentials', registry: registry('unauthorized') },
  'image-rate-limited': { what: 'the registry says: too many pulls', registry: registry('rate-limited') },
  'registry-down': { what: 'the registry answers with 503', registry: registry('server-error') },
  'image-slow': { what: 'the layers drip in', registry: registry('slow') },
  'image-heavy': {
    what: "an image, the application's by itself, is 1.8 GB heavy and takes sixteen minutes to come",
    registry: heavy(HEAVY.seconds),
  },
  'image-heavy-minute': { what: 'the same on a better line: it takes one minute', registry: heavy(60) },
  'image-cut': { what: 'the connection is cut in the middle of a layer', registry: registry('cut') },
  'image-architecture': { what: 'the image is for another CPU', registry: registry('other-architecture') },
  'git-unreachable': { what: 'the Git server takes no connection', git: 'unreachable' },
  'git-refused': { what: 'the Git server wants credentials', git: 'refused' },
  'git-branch-missing': { what: 'the branch of the release is not in the repository', branch: 'missing' },
  'git-broken-commit': { what: 'the manifests of the newest commit do not build', branch: 'broken' },
  'chart-data-folder': { what: "an old chart: the database's folder cannot be made", chart: 'data-folder' },
  'chart-seeds': { what: 'an old chart: the seeds are not where it says', chart: 'seeds' },
  'chart-temporal-schema': { what: 'an old chart: Temporal starts without its schema', chart: 'temporal-schema' },
  'chart-service-links': { what: "an old chart: Services' variables reach Temporal's UI", chart: 'service-links' },
};

/** A fault that somebody asked for. */
export interface WantedFault extends Play {
  readonly name: string;
  readonly target: string;
}

/**
 * Parses faults as a person writes them: NAME or NAME=TARGET.
 * @throws RangeError for an unknown name; the message lists the known ones
 */
export function faultsNamed(names: readonly string[]): WantedFault[] {
  return names.map((text) => {
    const [name = '', target = ''] = text.split(/=(.*)/s);
    const play = FAULTS[name];
    if (play === undefined) {
      throw new RangeError(`unknown fault ${name}; known faults: ${Object.keys(FAULTS).join(', ')}`);
    }
    return { ...play, name, target };
  });
}
