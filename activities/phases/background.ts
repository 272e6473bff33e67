import { blockerKey } from '../../model/blocker.ts';
import type { Blocker } from '../../model/blocker.ts';
import type { ComponentStatus } from '../../model/status.ts';
import { PATIENCE } from '../../model/timing.ts';
import type { PhaseOutcome } from '../../model/workflow-contract.ts';
import { COMPONENTS } from '../../model/appliance.ts';
import type { Look } from '../appliance-look.ts';
import { watchAppliance } from '../appliance-watch.ts';
import { openCluster } from '../cluster.ts';
import type { PhaseContext } from '../phase-context.ts';
import { createPicture } from '../picture.ts';

const WHAT = 'the background services to be ready';
const OPTIONAL = new Set(COMPONENTS.filter(({ optional }) => optional).map(({ name }) => name));

/**
 * Waits for the background services. It ends when all are ready, or when nothing but a person can bring the others up; then
 * the install ends as degraded, with a warning for each cause. A pull in progress is waited for, however long it takes.
 */
export async function awaitBackground(context: PhaseContext): Promise<PhaseOutcome> {
  const { clock } = context.ports;
  const cluster = await openCluster(context);
  const picture = createPicture(context);
  let held = new Map<string, number>();
  for await (const look of watchAppliance(context, cluster, { what: WHAT })) {
    const { status, blockers } = look;
    await context.clear();
    if (status.tiers.background.ready) {
      await picture.finish(status, blockers);
      return { did: 'acted', detail: 'All background services are ready' };
    }
    const now = clock.now().getTime();
    const causes = blockers.filter(isForAPerson);
    held = new Map(causes.map((cause) => [blockerKey(cause), held.get(blockerKey(cause)) ?? now]));
    const waiting = status.components.filter((component) => component.tier === 'background' && isWaiting(component));
    const standing = causes.filter(
      (cause) => now - (held.get(blockerKey(cause)) ?? now) >= PATIENCE.awaitBackground.held,
    );
    if (isSettled(look, waiting, standing)) {
      await picture.finish(status, blockers);
      const warnings = standing.map((cause): Blocker => ({ ...cause, severity: 'warning' }));
      const names = waiting.map(({ title }) => title).join(', ');
      return { did: 'degraded', detail: `Not ready: ${names}. People can log in.`, warnings };
    }
    await picture.tell(status, blockers);
    context.see(WHAT, saw(waiting, causes), status.activeOperations);
  }
  throw new Error('the wait for the background services ended without a result');
}

function isForAPerson({ tier, retry, severity }: Blocker): boolean {
  return tier === 'background' && retry !== 'automatic' && severity === 'error';
}

function isWaiting({ name, status }: ComponentStatus): boolean {
  return status !== 'ready' && !(status === 'absent' && OPTIONAL.has(name));
}

/** A service that does not exist is waiting for another one: Flux creates it when the cause at that one is fixed. */
function isSettled({ status }: Look, waiting: readonly ComponentStatus[], standing: readonly Blocker[]): boolean {
  if (status.activeOperations.some(({ tier }) => tier === 'background')) return false;
  return (
    standing.length > 0 &&
    waiting.every(
      ({ name, status: state }) => state === 'absent' || standing.some(({ component }) => component === name),
    )
  );
}

function saw(waiting: readonly ComponentStatus[], causes: readonly Blocker[]): string {
  return waiting
    .map(({ name, title, message, status }) => {
      const cause = causes.find(({ component }) => component === name);
      return `${title}: ${cause?.reason ?? (message || status)}`;
    })
    .join('; ');
}
