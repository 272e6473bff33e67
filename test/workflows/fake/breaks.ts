import { loadWorkflows } from './load.ts';
import type { Edit } from './load.ts';
import { play } from './play.ts';
import { scenarioOf } from './scenario.ts';

/** A fault that the workflow once had, or might have, put back into the code. */
export interface Break {
  /** What a person would meet. */
  readonly what: string;
  readonly edits: readonly Edit[];
  /** The rule that must find it, whatever other rules do. */
  readonly rule: string;
}

const install = 'workflows/install.ts';
const progress = 'workflows/progress.ts';
const state = 'workflows/state.ts';
const carried = 'model/carried-state.ts';

const carriedInstall = 'model/carried-install.ts';

const CONTINUES = 'a takeover continues from the last end of a step';
const APPLIED = 'what was acknowledged is applied';
/** A continued run knows the progress alone, and walks its phase again; what it finds then is taken for what it found first. */
const WALKED_AGAIN: readonly Edit[] = [
  {
    file: 'workflows/install-appliance.ts',
    from: 'if (input.state !== undefined) return stateIn(input.state);',
    to: 'if (input.state !== undefined) return stateOf(stateIn(input.state).progress);',
  },
  {
    file: state,
    from: 'Object.assign(progress.facts, facts, known);',
    to: 'Object.assign(progress.facts, facts);',
  },
];

/** Every one is found by its rule within the stories of properties.test.ts; docs/durability.md says at which. */
export const BREAKS: readonly Break[] = [
  {
    what: 'a change made while a step that runs again is parked is lost',
    rule: APPLIED,
    edits: [
      {
        file: state,
        from: '  for (const key of keys) state.changedAt[key]',
        to: '  if (state.looking && state.ran[state.looking.step]) return;\n  for (const key of keys) state.changedAt[key]',
      },
    ],
  },
  {
    what: 'a change whose steps have not run again is lost when the run is continued as a new one',
    rule: APPLIED,
    edits: [
      {
        file: carried,
        from: 'changedAt: z.record(z.string(), inputsVersion),',
        to: 'changedAt: z.record(z.string(), inputsVersion).transform((): Record<string, number> => ({})),',
      },
    ],
  },
  {
    what: 'core, database setup and login are not re-checked after an image tag has changed',
    rule: APPLIED,
    edits: [
      {
        file: state,
        from: 'return (step.dependsOn ?? []).some(',
        to: "return !['awaitCore', 'awaitBootstrap', 'awaitLogin'].includes(step.name) && (step.dependsOn ?? []).some(",
      },
    ],
  },
  {
    what: 'the login is re-checked before the release is changed',
    rule: 'a change is checked after it is made',
    edits: [
      {
        file: state,
        from: 'return STEPS.find(({ step }) => isDue(state, step, order));',
        to: `const due = STEPS.filter(({ step }) => isDue(state, step, order));
             return due.find(({ step }) => state.ran[step.name] === undefined) ?? due.at(-1);`,
      },
    ],
  },
  {
    what: 'a warning is never removed',
    rule: "a warning is its source's last word",
    edits: [
      {
        file: progress,
        from: 'this.#state.warnings[source] = warnings.map(',
        to: 'this.#state.warnings[source] = [...(this.#state.warnings[source] ?? []), ...warnings].map(',
      },
    ],
  },
  {
    what: 'a worker that died during a retry is reported as a failure of the step',
    rule: 'a lost attempt is not a failure of the step',
    edits: [
      {
        file: 'workflows/step.ts',
        from: 'if (interrupted || isCancellation(error))',
        to: 'if (isCancellation(error))',
      },
    ],
  },
  {
    what: 'an API server that dies in the background ends the install as complete',
    rule: 'only the background is recorded without parking',
    edits: [
      {
        file: install,
        from: "if (tier === 'background' && blockers.every((blocker) => blocker.tier === 'background')) {",
        to: "if (tier === 'background') {",
      },
    ],
  },
  {
    what: 'a change made while the last step ends is acknowledged and dropped',
    rule: APPLIED,
    edits: [
      {
        file: install,
        from: 'if (next === undefined) break;',
        to: "if (next === undefined || this.#state.ran['finishInstall'] !== undefined) break;",
      },
    ],
  },
  {
    what: 'a late report of an attempt shows a parked install as running',
    rule: 'a late report of an attempt is ignored',
    edits: [
      {
        file: install,
        from: 'if (this.#attempt === null || attempt !== this.#state.attempts) return;',
        to: 'if (this.#attempt === null) return;',
      },
    ],
  },
  {
    what: 'a change made during the last step resets the database setup of a live appliance to fresh',
    rule: 'a promoted mode never becomes fresh again',
    edits: [
      {
        file: 'activities/phases/release/selection.ts',
        from: "return stands?.mode === 'recover' && stands.installId === facts.installId ? 'recover' : 'fresh';",
        to: "return 'fresh';",
      },
    ],
  },
  {
    what: 'a pause is forgotten when the run is continued as a new one',
    rule: 'a pause is in force until it is resumed',
    edits: [{ file: carried, from: 'paused: z.boolean(),', to: 'paused: z.boolean().transform(() => false),' }],
  },
  {
    what: 'a continued run mistakes the node that it installed for one that existed before',
    rule: 'facts from the start are kept',
    edits: WALKED_AGAIN,
  },
  {
    what: 'a node that returns empty after that is not configured again',
    rule: 'a node that returns empty is configured again',
    edits: WALKED_AGAIN,
  },
  {
    what: "a step gets the node's current state, not the state at the start",
    rule: 'a step gets the state at the start',
    edits: [
      {
        file: install,
        from: '  delete given.checks;',
        to: '  delete given.checks;\n  delete given.alreadyInstalled;',
      },
    ],
  },
  {
    what: 'a continued run starts without a memo',
    rule: 'the memo is the progress',
    edits: [
      {
        file: install,
        from: 'makeContinueAsNewFunc<InstallWorkflow>({ memo: this.#keeper.memo() });',
        to: 'makeContinueAsNewFunc<InstallWorkflow>();',
      },
    ],
  },
  {
    what: 'causes that take turns park a step again and again',
    rule: 'causes that take turns are paced',
    edits: [
      {
        file: install,
        from: 'return turns === 0 ? 0 : Math.min(',
        to: 'return turns >= 0 ? 0 : Math.min(',
      },
    ],
  },
  {
    what: 'a task that leaves nothing in the history decides what its replay cannot',
    rule: 'the length of the history is checked where a command is given',
    edits: [
      {
        file: install,
        from: 'await condition(() => !this.#state.paused || this.#isLong);',
        to: 'await condition(() => !this.#state.paused || workflowInfo().continueAsNewSuggested);',
      },
    ],
  },
  {
    what: 'a run that is continued while paused stops once another worker has it',
    rule: 'the length of the history is checked where a command is given',
    edits: [
      {
        file: install,
        from: "    this.#keeper.setState('paused');",
        to: "    if (this.#keeper.progress.state !== 'paused') this.#keeper.setState('paused');",
      },
    ],
  },
  {
    what: 'a command that is sent again is applied again',
    rule: 'a pause is in force until it is resumed',
    edits: [{ file: state, from: 'if (state.applied.includes(commandId)) return false;', to: '' }],
  },
  {
    what: 'the state at the end of a step is not passed to a takeover of the site',
    rule: CONTINUES,
    edits: [
      {
        file: install,
        from: 'else this.#block(phase, step, inputsVersion, attempt);\n    this.#handOn();',
        to: 'else this.#block(phase, step, inputsVersion, attempt);',
      },
    ],
  },
  {
    what: 'copies of the state are not counted: a newer one never replaces an older one',
    rule: CONTINUES,
    edits: [
      {
        file: install,
        from: 'this.#state.handedOn = (this.#state.handedOn ?? 0) + 1;',
        to: 'this.#state.handedOn ??= 1;',
      },
    ],
  },
  {
    what: 'of two copies of the state, a takeover continues from the older one',
    rule: CONTINUES,
    edits: [
      {
        file: carriedInstall,
        from: '|| one.counter - other.counter) > 0;',
        to: '|| 1) > 0;',
      },
    ],
  },
];

/** As many as properties.test.ts plays. */
export const MOST_STORIES = 5_000;

/** Plays the stories from the first on; gives the seed of the one in which the break is found, null when none of so many finds it. */
export async function foundAt({ edits, rule }: Break, most: number): Promise<number | null> {
  const workflows = await loadWorkflows(edits);
  for (let seed = 1; seed <= most; seed += 1) {
    const broken = await play(workflows, scenarioOf(seed));
    if (broken.some((one) => one.rule === rule)) return seed;
  }
  return null;
}

/** Gives the rules that this story breaks once the fault is in the code. */
export async function brokenBy({ edits }: Break, seed: number): Promise<string[]> {
  const broken = await play(await loadWorkflows(edits), scenarioOf(seed));
  return broken.map(({ rule }) => rule);
}
