import { z } from 'zod';
import { STEPS } from '../../model/steps/index.ts';

/** When the kill strikes. `during`: after the step's first write, or its first call where it writes nothing. */
export const MOMENTS = ['before', 'during', 'after'] as const;
/**
 * Who is killed: both are gone before the step can go on. `takeover`: both are, for good, and another operator takes the site over in a
 * home of his own.
 */
export const VICTIMS = ['worker', 'server', 'both', 'takeover'] as const;

export const cell = z.strictObject({ step: z.string(), moment: z.enum(MOMENTS), victim: z.enum(VICTIMS) });
export type Cell = z.infer<typeof cell>;

/** A fault that was put into the code on purpose. */
const foundBreak = z.strictObject({
  what: z.string(),
  /** By which it is found. */
  rule: z.string(),
  /** Of the first story that finds it; null when none does. */
  seed: z.int().nullable(),
});
type FoundBreak = z.infer<typeof foundBreak>;

const HELD = 'held';
/** docs/proof.json. */
export const proof = z.strictObject({
  apiVersion: z.literal('appliance.alga-psa/v1'),
  kind: z.literal('DurabilityProof'),
  /** Of the code that was proven. */
  commit: z.string(),
  date: z.iso.date(),
  /** The same of the takeovers, where these were played alone. */
  takeovers: z.object({ commit: z.string(), date: z.iso.date() }).optional(),
  /** By step, moment and victim: `held`, or what went wrong. */
  results: z.record(z.string(), z.record(z.enum(MOMENTS), z.partialRecord(z.enum(VICTIMS), z.string()))),
  /** Faults put into the code, and where the stories of test/workflows/properties.test.ts find them. */
  breaks: z.array(foundBreak).default([]),
});
export type Proof = z.infer<typeof proof>;

const KINDS = MOMENTS.flatMap((moment) => VICTIMS.map((victim) => ({ moment, victim })));

const KILLS = KINDS.filter(({ victim }) => victim !== 'takeover');
const TAKEOVERS = KINDS.filter(({ victim }) => victim === 'takeover');

/** One install for each of these kinds of strike, so that each step is struck once in each and in another way every time. */
function rowsOf(kinds: typeof KINDS): Cell[][] {
  return kinds.map((_, row) =>
    STEPS.map(({ step }, index) => {
      const kind = kinds[(row + index) % kinds.length];
      if (!kind) throw new Error('there is no kind of strike');
      return { step: step.name, ...kind };
    }),
  );
}

/** The installs that are killed, and those that another operator takes over at every step. All of them together are the whole matrix. */
export const ROWS: readonly (readonly Cell[])[] = [...rowsOf(KILLS), ...rowsOf(TAKEOVERS)];

export function isOfTakeovers(row: readonly Cell[]): boolean {
  return row.every(({ victim }) => victim === 'takeover');
}

/** `ended` has the result of each cell; cells without one count as not proven. */
export function proofOf(
  commit: string,
  date: string,
  ended: readonly { readonly cell: Cell; readonly wrong: string | null }[],
  breaks: readonly FoundBreak[],
): Proof {
  const of = (step: string, moment: Cell['moment'], victim: Cell['victim']): string => {
    const found = ended.find(
      (one) => one.cell.step === step && one.cell.moment === moment && one.cell.victim === victim,
    );
    return found ? (found.wrong ?? HELD) : 'not proven';
  };
  const byVictim = (step: string, moment: Cell['moment']) =>
    Object.fromEntries(VICTIMS.map((victim) => [victim, of(step, moment, victim)])) as Record<Cell['victim'], string>;
  const byMoment = (step: string) =>
    Object.fromEntries(MOMENTS.map((moment) => [moment, byVictim(step, moment)])) as Proof['results'][string];
  return {
    apiVersion: 'appliance.alga-psa/v1',
    kind: 'DurabilityProof',
    commit,
    date,
    results: Object.fromEntries(STEPS.map(({ step }) => [step.name, byMoment(step.name)])),
    breaks: [...breaks],
  };
}

/** The known proof with the takeovers of the newer one. */
export function withTakeovers(known: Proof, { commit, date, results }: Proof): Proof {
  const ofStep = (step: string) =>
    Object.fromEntries(
      MOMENTS.map((moment) => [
        moment,
        { ...known.results[step]?.[moment], takeover: results[step]?.[moment].takeover ?? 'not proven' },
      ]),
    ) as Proof['results'][string];
  return {
    ...known,
    takeovers: { commit, date },
    results: Object.fromEntries(STEPS.map(({ step }) => [step.name, ofStep(step.name)])),
  };
}

/** The cells of a proof that did not hold and the breaks that no story finds, in words. */
export function failuresIn({ results, breaks }: Proof): string[] {
  const missed = breaks.filter(({ seed }) => seed === null).map(({ what }) => `no story finds this fault: ${what}`);
  const cells = STEPS.flatMap(({ step }) =>
    KINDS.flatMap(({ moment, victim }) => {
      const result = results[step.name]?.[moment][victim] ?? 'not proven';
      const what = victim === 'takeover' ? 'taken over' : `${victim} killed`;
      return result === HELD ? [] : [`${step.name}, ${what} ${moment}: ${result}`];
    }),
  );
  return [...cells, ...missed];
}

/** docs/durability.md. */
export function documentOf(proven: Proof): string {
  const { commit, date, takeovers, results, breaks } = proven;
  const failures = failuresIn(proven);
  const columns = KINDS.map(({ moment, victim }) => `${victim} ${moment}`);
  const mark = (result: string | undefined): string => (result === HELD ? 'held' : '**failed**');
  const rows = STEPS.map(({ step }) => {
    const marks = KINDS.map(({ moment, victim }) => mark(results[step.name]?.[moment][victim]));
    return `| ${[`\`${step.name}\``, ...marks].join(' | ')} |`;
  });
  const count = STEPS.length * KINDS.length;
  const held = STEPS.flatMap(({ step }) =>
    KINDS.filter(({ moment, victim }) => results[step.name]?.[moment][victim] === HELD),
  );
  return `${[
    '# Durability',
    '',
    'Generated by `npm run proof` from [proof.json](proof.json); do not edit.',
    '',
    'The proof kills the worker, the Temporal server or both (`kill -9`) before, during and after the effect of every step of an',
    'install, as separate processes, against the simulated appliance. `during` is after the first write of the step, or after its',
    'first call if it writes nothing; `after` is when the step has done everything but has not reported it. A cell has',
    'held if a restarted worker and server completed the install, and the other side saw every',
    'effect once: one machine configuration, one start of etcd, no object created twice, every key and every password the same',
    'before the kill and at the end, and the same objects as after an undisturbed install.',
    '',
    '`takeover`: worker and server are killed permanently, and another operator takes over the site: with a separate home and state folder,',
    "a copy of the site's folder, nothing of the first Temporal server, and `resume --take-over`. This happens at every step of an",
    'install, each time to the operator who took it over last. Every second time, the copy of the folder lacks `install.json`, once the appliance',
    'has the state of the install: the operator then continues from the ConfigMap. Such a cell has held if, in addition, `resume` continued from',
    'the newest copy of the state, the id of the install stayed, the epoch rose by one, and the API server refused (403) a write in the',
    'name of the holder before. At the end, the Lease must name the last operator, and a write in the name of each earlier',
    'one must be refused. Until a step has acted, the site has no holder: `resume --take-over` says that there is nothing to take over, and',
    'the other operator orders the same install.',
    '',
    `${held.length} of ${count} cells held at commit ${commit.slice(0, 12)} on ${date}${
      takeovers ? `; the takeovers ran at commit ${takeovers.commit.slice(0, 12)} on ${takeovers.date}` : ''
    }.`,
    '',
    `| step | ${columns.join(' | ')} |`,
    `|---|${columns.map(() => '---|').join('')}`,
    ...rows,
    '',
    '## Faults injected on purpose',
    '',
    'The workflow runs through seeded stories on a stand-in for Temporal (`test/workflows/properties.test.ts`), and rules are checked',
    'after every workflow task. Each of these faults, injected alone into the code (`test/workflows/fake/breaks.ts`), breaks its rule',
    'in the story listed here; `test/workflows/breaks.test.ts` runs these stories again, `npm run proof -- --breaks` searches for them again.',
    '',
    '| fault | rule that finds it | first story |',
    '|---|---|---|',
    ...breaks.map(({ what, rule, seed }) => `| ${what} | ${rule} | ${seed ?? '**none**'} |`),
    ...(failures.length > 0 ? ['', '## What did not hold', '', ...failures.map((failure) => `- ${failure}`)] : []),
  ].join('\n')}\n`;
}
