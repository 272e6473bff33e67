import semver from 'semver';
import type { SupervisorState, WorkerState } from '../model/records.ts';
import { currentOperator } from '../site-folder/operator.ts';
import type { TemporalTarget } from '../temporal/connection.ts';
import { findTemporal } from '../temporal/connection.ts';
import { TemporalUnavailableError } from '../temporal/errors.ts';
import { legacyKeyId } from '../temporal/legacy-workflows.ts';
import { presentBuild } from './build.ts';

/** What a worker does, for whom and by which code. */
export type Duties = NonNullable<SupervisorState['keeps']>;

/** What a caller needs a worker to do; `target` is null if no server is running. */
export type Needs = Pick<Duties, 'build' | 'keyId' | 'operator' | 'simulate'> & {
  readonly target: Pick<TemporalTarget, 'address' | 'local' | 'namespace' | 'taskQueue'> | null;
};

interface Caller {
  readonly home: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly simulate: WorkerState['simulate'];
  readonly signal: AbortSignal;
}

/** What a worker that is started now in this environment would do on that server. */
export async function dutiesOn(
  { address, local, namespace, taskQueue }: TemporalTarget,
  { home, environment, simulate }: Omit<Caller, 'signal'>,
): Promise<Duties> {
  const [build, keyId, { operatorId }] = await Promise.all([
    presentBuild(),
    legacyKeyId(home, environment),
    currentOperator(environment),
  ]);
  return { address, local, namespace, taskQueue, simulate, build, keyId, operator: operatorId };
}

/** What this caller needs of a worker. */
export async function needsOf(caller: Caller): Promise<Needs> {
  const { home, environment, simulate, signal } = caller;
  const [build, keyId, { operatorId }, target] = await Promise.all([
    presentBuild(),
    legacyKeyId(home, environment),
    currentOperator(environment),
    findTemporal({ home, environment, signal, onProgress: () => {}, start: 'never' }).catch((error: unknown) => {
      if (error instanceof TemporalUnavailableError) return null;
      throw error;
    }),
  ]);
  return { build, keyId, operator: operatorId, simulate, target };
}

/**
 * Why a running worker cannot do what is needed, as a message that continues "the running worker (process 1) …"; null when it can. One of
 * a newer client is kept: it can replay what an older one has written, but not the other way round.
 */
export function whyUseless(
  doing: Duties,
  { build, keyId, operator, simulate, target }: Needs,
  { anyBuild }: { readonly anyBuild: boolean },
): string | null {
  if (target && doing.address !== target.address) {
    return doing.local && target.local
      ? `polls ${doing.address}, where no server is running any more`
      : `polls ${doing.address} instead of ${target.address}`;
  }
  if (target && doing.namespace !== target.namespace)
    return `uses the namespace ${doing.namespace ?? 'of an older client'} instead of ${target.namespace}`;
  if (target && doing.taskQueue !== target.taskQueue)
    return `polls the task queue ${doing.taskQueue ?? 'of an older client'} instead of ${target.taskQueue}`;
  if (simulate && doing.simulate?.scenario !== simulate.scenario)
    return `simulates ${doing.simulate?.scenario ?? 'nothing'} instead of ${simulate.scenario}`;
  if (keyId && doing.keyId && doing.keyId !== keyId) return 'encrypts with another key';
  if (doing.operator !== operator) return 'works for another user';
  if (!anyBuild && doing.build?.digest !== build?.digest && !isNewer(doing.build?.version, build?.version))
    return `is another build of appliance-client (${doing.build?.version ?? 'up to 0.1.0'})`;
  return null;
}

function isNewer(one = '0.0.0', other = '0.0.0'): boolean {
  return semver.valid(one) !== null && semver.valid(other) !== null && semver.gt(one, other);
}
