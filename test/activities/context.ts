import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { PhaseContext, PhaseRun } from '../../activities/phase-context.ts';
import { Blocked } from '../../activities/blocked.ts';
import type { Clock } from '../../activities/ports/clock.ts';
import type { Ports } from '../../activities/ports/index.ts';
import type { Blocker } from '../../model/blocker.ts';
import type { InstallFacts } from '../../model/progress.ts';
import type { InstallSpec, SiteRecord } from '../../model/site.ts';
import type { PhaseOutcome } from '../../model/workflow-contract.ts';
import { SITE_FILES, privateFolder } from '../../site-folder/index.ts';
import type { PrivateFolder } from '../../site-folder/index.ts';
import { testSpec } from '../support/spec.ts';

export interface ContextChanges {
  readonly spec?: Partial<InstallSpec>;
  readonly facts?: InstallFacts;
  readonly ports?: Partial<Ports>;
}

/** One site's folder, under phases that a test runs without any workflow. */
export interface TestSite {
  readonly folder: PrivateFolder;
  /** What phases said they wait for and saw, each once, in order. */
  readonly seen: string[];
  /** Ends what still waits. */
  abort(): void;
  context(changes?: ContextChanges): PhaseContext;
  /** Writes site.json as `start` does before anything else. */
  record(cluster: SiteRecord['cluster'], spec?: Partial<InstallSpec>): Promise<void>;
}

/** A site in a new folder unless one is given. Ports that are not given refuse every call. */
export async function testSite(
  ports: Partial<Ports>,
  spec: Partial<InstallSpec> = {},
  existing?: PrivateFolder,
): Promise<TestSite> {
  const root = await mkdtemp(join(tmpdir(), 'appliance-site-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const aborted = new AbortController();
  onTestFinished(() => aborted.abort(new Error('the test is over')));
  const folder = existing ?? privateFolder(join(root, 'site'));
  const seen: string[] = [];
  return {
    folder,
    seen,
    abort: () => aborted.abort(new Error('aborted by the test')),
    context: (changes = {}) => ({
      ports: onlyThese({ folder: () => folder, ...ports, ...changes.ports }),
      spec: testSpec({ ...spec, ...changes.spec }),
      facts: { installId: 'install-1', ...changes.facts },
      phases: [],
      retriedAt: null,
      folder,
      signal: aborted.signal,
      see: (what, saw) => {
        const line = `${what}: ${saw}`;
        if (seen.at(-1) !== line) seen.push(line);
      },
      report: async () => {},
      clear: async () => {},
      isParkedOn: () => false,
    }),
    record: async (cluster, changes = {}) => {
      const whole = testSpec({ ...spec, ...changes });
      const { siteId, nodeIp, appUrl, hostname } = whole;
      const at = '2026-05-01T12:00:00.000Z';
      const record: SiteRecord = {
        apiVersion: 'appliance.alga-psa/v1',
        kind: 'Site',
        siteId,
        nodeIp,
        appUrl,
        hostname,
        spec: whole,
        cluster,
        createdAt: at,
        updatedAt: at,
      };
      await folder.write(SITE_FILES.record, JSON.stringify(record));
    },
  };
}

/** Runs steps in order as the workflow does: what one finds out the next one knows. Gives all outcomes and the facts. */
export async function runSteps(
  site: TestSite,
  steps: readonly PhaseRun[],
  changes: ContextChanges = {},
): Promise<{ outcomes: PhaseOutcome[]; facts: InstallFacts }> {
  const outcomes: PhaseOutcome[] = [];
  let facts: InstallFacts = { ...changes.facts };
  for (const step of steps) {
    const outcome = await step(site.context({ ...changes, facts }));
    outcomes.push(outcome);
    facts = { ...facts, ...outcome.facts };
  }
  return { outcomes, facts };
}

/** Runs a step that must stop, gives its blockers. */
export async function blockersFrom(run: Promise<unknown>): Promise<readonly Blocker[]> {
  try {
    await run;
  } catch (error) {
    if (error instanceof Blocked) return error.blockers;
    throw error;
  }
  throw new Error('the step went on, and it should have stopped');
}

/** A clock on which time passes faster; nothing is skipped, so that a wait still gives way to what it waits for. */
export function fastClock(speed: number): Clock {
  const begun = Date.now();
  return {
    now: () => new Date(begun + (Date.now() - begun) * speed),
    sleep: async (ms, signal) => {
      await delay(Math.max(5, ms / speed), undefined, { signal });
    },
  };
}

const someOperator: Ports['operator'] = async () => ({
  operatorId: '00000000-0000-4000-8000-000000000001',
  name: 'test@here',
});

/** Somebody always uses the machine; every other port that is not given refuses. */
export function onlyThese(given: Partial<Ports>): Ports {
  const ports: Partial<Ports> = { operator: someOperator, ...given };
  return new Proxy(ports, {
    get: (target, name) => {
      if (name in target) return Reflect.get(target, name);
      throw new Error(`this test gave no port ${String(name)}`);
    },
  }) as Ports;
}
