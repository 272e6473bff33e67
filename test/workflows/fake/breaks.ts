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
    what: 'core, database setup and login are not looked at again after an image tag has changed',
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
    what: 'the login is looked at again before the release is changed',
    rule: 'what was changed is looked at after it',
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
    what: 'a warning never goes away',
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
    what: 'a worker that died beside a retry is told as a failure of the step',
    rule: 'a lost attempt is no failure of the step',
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
    what: 'a change made while the last step ends is answered and dropped',
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
    what: 'what an attempt says late shows a parked install as running',
    rule: 'what an attempt says late is not heard',
    edits: [
      {
        file: install,
        from: 'if (this.#attempt === null || attempt !== this.#state.attempts) return;',
        to: 'if (this.#attempt === null) return;',
      },
    ],
  },
  {
    what: 'a change made during the last step puts the database setup of a live appliance back to fresh',
    rule: 'what is promoted is never fresh again',
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
    what: 'a continued run takes the node that it installed itself for one that was there before',
    rule: 'facts of the beginning stay',
    edits: WALKED_AGAIN,
  },
  {
    what: 'a node that comes back empty after that gets no configuration any more',
    rule: 'a node that comes back empty is configured again',
    edits: WALKED_AGAIN,
  },
  {
    what: 'a step is told of the node as it is now, not as it was found',
    rule: 'a step is told how it all began',
    edits: [
      {
        file: install,
        from: '  delete given.checks;',
        to: '  delete given.checks;\n  delete given.alreadyInstalled;',
      },
    ],
  },
  {
    what: 'a continued run begins with no memo',
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
    what: 'causes that take turns park a step all the time',
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
    what: 'a task of which nothing is left in the history decides what its replay cannot',
    rule: 'the length of the history is looked at where a command is given',
    edits: [
      {
        file: install,
        from: 'await condition(() => !this.#state.paused || this.#isLong);',
        to: 'await condition(() => !this.#state.paused || workflowInfo().continueAsNewSuggested);',
      },
    ],
  },
  {
    what: 'a run that is continued while paused stands still once another worker has it',
    rule: 'the length of the history is looked at where a command is given',
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
