import type { Cluster } from '../../../activities/ports/kubernetes.ts';

/** One write to the cluster, as a test names it: `delete PersistentVolumeClaim alga-core-sebastian-postgres-data`. */
export type Write = string;

export interface Meddler {
  readonly cluster: Cluster;
  readonly writes: Write[];
}

/** Wraps a cluster to run code before and after every write: notes, faults, pauses. */
export function meddler(
  cluster: Cluster,
  { before, after }: { before?: (write: Write, index: number) => Promise<void>; after?: Meddle } = {},
): Meddler {
  const writes: Write[] = [];
  const through = async <T>(write: Write, run: () => Promise<T>): Promise<T> => {
    const index = writes.push(write) - 1;
    await before?.(write, index);
    const answer = await run();
    await after?.(write, index);
    return answer;
  };
  return {
    writes,
    cluster: {
      ...cluster,
      apply: (object, ...rest) =>
        through(`apply ${object.kind} ${object.metadata.name}`, () => cluster.apply(object, ...rest)),
      create: (object, ...rest) =>
        through(`create ${object.kind} ${object.metadata.name}`, () => cluster.create(object, ...rest)),
      patch: (at, ...rest) => through(`patch ${at.kind} ${at.name}`, () => cluster.patch(at, ...rest)),
      delete: (at, ...rest) => through(`delete ${at.kind} ${at.name}`, () => cluster.delete(at, ...rest)),
    },
  };
}

type Meddle = (write: Write, index: number) => Promise<void>;

/** What a killed process leaves behind: the phase ends here, and so does the test's patience with it. */
export class Killed extends Error {
  constructor(write: Write) {
    super(`killed at: ${write}`);
    this.name = 'Killed';
  }
}
