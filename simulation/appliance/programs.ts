import type { Container, Pod } from '../cluster/objects.ts';
import { memoryOf, remember } from '../cluster/store.ts';
import type { Stage } from '../world/stage.ts';
import { isUp } from './dependencies.ts';
import type { Dependency } from './dependencies.ts';

/** A line that a program prints, and how many seconds after its work could begin. */
export interface LogLine {
  readonly after: number;
  readonly line: string;
}

/**
 * What a program in a container does: a task ends by itself, a service becomes ready and stays. Its work begins when all
 * that it waits for is up.
 */
export interface Program {
  readonly kind: 'task' | 'service';
  readonly seconds: number;
  readonly waitsFor: readonly Dependency[];
  readonly log: readonly LogLine[];
  /** What it leaves in its termination message. */
  readonly message?: string;
  /** Of a task: how it ends, where it does not end well. */
  readonly exitCode?: number;
}

/** Users that the simulated seeds make. */
export const SEEDED_USERS = 4;
const MIGRATIONS = 412;

const task = (seconds: number, waitsFor: readonly Dependency[], log: readonly LogLine[] = []): Program => ({
  kind: 'task',
  seconds,
  waitsFor,
  log,
});
const service = (seconds: number, waitsFor: readonly Dependency[], log: readonly LogLine[] = []): Program => ({
  kind: 'service',
  seconds,
  waitsFor,
  log,
});

/** Words and result of the bootstrap job's own program (charts/alga-core/files/bootstrap). */
function bootstrapProgram(container: Container): Program {
  const recovers = JSON.stringify(container['env'] ?? []).includes('"recover"');
  const mode = recovers ? 'recover' : 'fresh';
  const begin = { after: 1, line: `mode ${mode}, database server on db:5432` };
  const seconds = recovers ? 20 : 240;
  const log = recovers
    ? [
        begin,
        { after: 5, line: `application data is there (users: ${SEEDED_USERS}); it is kept` },
        { after: 9, line: `running migrations (${MIGRATIONS} applied so far)` },
        { after: 14, line: 'migrations already up to date' },
        { after: 18, line: `seeds already present, skipping (users: ${SEEDED_USERS})` },
        { after: 19, line: `done: seeds skipped, users: ${SEEDED_USERS}` },
      ]
    : [
        begin,
        { after: 25, line: 'running migrations (0 applied so far)' },
        { after: 185, line: `applied ${MIGRATIONS} migrations` },
        { after: 190, line: 'running seeds' },
        { after: 235, line: `done: seeded, users: ${SEEDED_USERS}` },
      ];
  const result = {
    job: 'alga-bootstrap/v1',
    mode,
    migrated: true,
    migrationsApplied: recovers ? 0 : MIGRATIONS,
    seeds: recovers ? 'skipped' : 'seeded',
    usersCount: SEEDED_USERS,
    error: null,
    exitCode: 0,
    seconds,
  };
  return { kind: 'task', seconds, waitsFor: ['database'], log, message: JSON.stringify(result) };
}

/** How the job's program tells that a step of it failed (charts/alga-core/files/bootstrap/stop.mjs). */
const STEP_FAILED = 22;

/** The bootstrap job's program where its migrations fail. */
function failedSetup(error: string): Program {
  const seconds = 40;
  const result = {
    job: 'alga-bootstrap/v1',
    mode: 'fresh',
    migrated: false,
    migrationsApplied: 0,
    seeds: null,
    usersCount: null,
    error,
    exitCode: STEP_FAILED,
    seconds,
  };
  const log = [
    { after: 1, line: 'mode fresh, database server on db:5432' },
    { after: 25, line: 'running migrations (0 applied so far)' },
    { after: 38, line: `ERROR ${error}` },
  ];
  return {
    kind: 'task',
    seconds,
    waitsFor: ['database'],
    log,
    message: JSON.stringify(result),
    exitCode: STEP_FAILED,
  };
}

const BY_APP: Record<string, (container: Container, init: boolean) => Program> = {
  db: (_, init) =>
    init ? task(1, []) : service(12, [], [{ after: 11, line: 'LOG:  database system is ready to accept connections' }]),
  redis: () => service(4, [], [{ after: 1, line: '* Ready to accept connections tcp' }]),
  pgbouncer: () => service(5, ['database'], [{ after: 1, line: 'LOG process up: PgBouncer' }]),
  bootstrap: (container, init) => (init ? task(2, ['database']) : bootstrapProgram(container)),
  'alga-core': (_, init) =>
    init
      ? task(2, ['bootstrap'], [{ after: 1, line: 'the bootstrap job has finished for this image' }])
      : service(75, ['database'], [{ after: 70, line: '✓ Ready in 70s' }]),
  temporal: (_, init) => (init ? task(2, ['database']) : service(45, ['database'])),
  'temporal-ui': () => service(6, ['temporal']),
  'email-service': (_, init) => (init ? task(2, ['pgbouncer']) : service(15, ['pgbouncer'])),
  'workflow-worker': (_, init) => (init ? task(2, ['pgbouncer']) : service(20, ['temporal'])),
  'temporal-worker': (_, init) => (init ? task(2, ['pgbouncer']) : service(20, ['temporal'])),
};

/** The label by which the simulated charts say which program a pod runs. */
export const PROGRAM_LABEL = 'app.kubernetes.io/name';

/** What the program in a container does. An unknown program works, and quickly. */
export function programOf(stage: Stage, pod: Pod, container: Container, init: boolean): Program {
  const fault = init ? null : setupFault(stage, pod);
  if (fault !== null) return failedSetup(fault);
  const known = BY_APP[pod.metadata.labels?.[PROGRAM_LABEL] ?? ''];
  if (known) return known(container, init);
  const ends = init || pod.spec.restartPolicy === 'Never' || pod.spec.restartPolicy === 'OnFailure';
  return ends ? task(4, [], [{ after: 3, line: 'ok' }]) : service(6, []);
}

/** True when everything that a program waits for is up. */
export function mayWork(stage: Stage, program: Program): boolean {
  return program.waitsFor.every((dependency) => isUp(stage, dependency));
}

/** Where the store keeps which Job is the first. */
const FIRST_SETUP = 'first database setup';

/** Why the database setup in this pod fails; null where it does not. */
function setupFault(stage: Stage, pod: Pod): string | null {
  const { setupFailure } = stage.scenario;
  if (setupFailure === null || pod.metadata.labels?.[PROGRAM_LABEL] !== 'bootstrap') return null;
  const job = pod.metadata.labels['batch.kubernetes.io/controller-uid'] ?? '';
  const first = memoryOf(stage, FIRST_SETUP)['job'];
  if (first === undefined) remember(stage, FIRST_SETUP, { job });
  return first === undefined || first === job ? setupFailure : null;
}
