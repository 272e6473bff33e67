import { blockerKey } from '../../../model/blocker.ts';
import type { Blocker } from '../../../model/blocker.ts';
import type { InstallOrder } from '../../../model/order.ts';
import type { InstallProgress } from '../../../model/progress.ts';
import { STEPS } from '../../../model/steps/index.ts';
import type { End, World } from './world.ts';
import { dependsOn, factsOf } from './world.ts';

/** What is known of a play once its install says that it is complete. */
export interface Story {
  readonly world: World;
  /** The last that was acknowledged. */
  readonly order: InstallOrder;
  /** By step: how its last attempt ended that was neither lost nor interrupted. */
  readonly ends: ReadonlyMap<string, End>;
  /** By source: its last word. */
  readonly warned: ReadonlyMap<string, readonly Blocker[]>;
}

/** What is wrong with an install that says it is complete: the rule, and how it was broken. */
export function wrongWhenComplete(
  { world, order, ends, warned }: Story,
  progress: InstallProgress,
): (readonly [rule: string, detail: string])[] {
  const wrong: (readonly [string, string])[] = [...world.wrong];
  const facts = factsOf(order);
  const final = world.files.get(order.inputs.digest) ?? {};
  for (const { step } of STEPS) {
    const digest = world.applied.get(step.name);
    const end = ends.get(step.name);
    const isAsked = step.when === undefined || step.when(facts);
    if (digest === undefined && !isAsked) continue;
    if (digest === undefined && !(end && isOfBackground(step.name, end)))
      wrong.push(['complete means that every step ran', `${step.name} did not`]);
    if (end && end.kind !== 'done' && !isOfBackground(step.name, end))
      wrong.push(['only the background is recorded without parking', `${step.name} ended blocked`]);
    const before = digest === undefined ? final : (world.files.get(digest) ?? {});
    for (const key of new Set([...Object.keys(before), ...Object.keys(final)]))
      if (before[key] !== final[key] && dependsOn(step.name, key) && !(end && isOfBackground(step.name, end)))
        wrong.push([
          'what was acknowledged is applied',
          `${step.name} ran with ${key} ${before[key]}, not ${final[key]}`,
        ]);
  }
  for (const detail of world.outOfOrder) wrong.push(['a change is checked after it is made', detail]);
  const open = progress.phases.find((phase) => phase.state !== 'done' && phase.state !== 'degraded');
  if (open) wrong.push(['complete means that every step ran', `${open.id} is ${open.state}`]);
  if (progress.blockers.length > 0 || progress.nextAction !== null)
    wrong.push(['states are legal', 'complete with a blocker']);
  const last = [...new Set([...warned.values()].flat().map(blockerKey))].toSorted().join();
  const told = progress.warnings.map(blockerKey).toSorted().join();
  if (told !== last)
    wrong.push(["a warning is its source's last word", `${told || 'none'} instead of ${last || 'none'}`]);
  return wrong;
}

export function sourceOf(name: string): string {
  return STEPS.find(({ step }) => step.name === name)?.step.source ?? name;
}

/** Trouble of the background alone is recorded, and parks nothing. */
export function isOfBackground(step: string, end: End): boolean {
  return (
    step === 'awaitBackground' && end.kind === 'blocked' && end.blockers.every(({ tier }) => tier === 'background')
  );
}
