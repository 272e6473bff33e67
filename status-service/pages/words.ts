import { RETRY, advise } from '../../model/advice.ts';
import type { Advice } from '../../model/advice.ts';
import type { Blocker } from '../../model/blocker.ts';
import type { ComponentStatus, RollupState } from '../../model/status.ts';
import type { TierState } from '../../model/tiers.ts';
import type { DeliveryRow, PodRow } from '../../model/page.ts';
import type { Shape } from './shapes.ts';

/** How a state looks and what it is called. */
export interface Look {
  readonly shape: Shape;
  readonly words: string;
}

export const ROLLUP_SHAPES: Readonly<Record<RollupState, Shape>> = {
  installing: 'busy',
  ready_to_log_in: 'good',
  ready_with_background_issues: 'warn',
  fully_healthy: 'good',
  failed_action_required: 'bad',
  unknown: 'unknown',
};

const TIER_LOOKS: Readonly<Record<TierState['status'], Look>> = {
  unknown: { shape: 'unknown', words: 'Not known' },
  pending: { shape: 'pending', words: 'Not started' },
  progressing: { shape: 'busy', words: 'Coming up' },
  ready: { shape: 'good', words: 'Ready' },
  degraded: { shape: 'warn', words: 'Needs attention' },
  failed: { shape: 'bad', words: 'Failed' },
};

/** The status of a newer client is shown as it is written. */
export function tierLook(status: TierState['status']): Look {
  return TIER_LOOKS[status] ?? { shape: 'unknown', words: status };
}

export const COMPONENT_LOOKS: Readonly<Record<ComponentStatus['status'], Look>> = {
  ready: { shape: 'good', words: 'Ready' },
  progressing: { shape: 'busy', words: 'Coming up' },
  failed: { shape: 'bad', words: 'Failed' },
  absent: { shape: 'pending', words: 'Not created yet' },
  unknown: { shape: 'unknown', words: 'Not known' },
};

export const POD_LOOKS: Readonly<Record<PodRow['health'], Look>> = {
  ready: { shape: 'good', words: 'Ready' },
  progressing: { shape: 'busy', words: 'Coming up' },
  failed: { shape: 'bad', words: 'Failing' },
  done: { shape: 'good', words: 'Done' },
};

export const DELIVERY_LOOKS: Readonly<Record<DeliveryRow['health'], Look>> = {
  ready: { shape: 'good', words: 'Ready' },
  progressing: { shape: 'busy', words: 'In progress' },
  failed: { shape: 'bad', words: 'Failed' },
  suspended: { shape: 'warn', words: 'Suspended' },
  unknown: { shape: 'unknown', words: 'Not known' },
};

const PHASE_LOOKS: Readonly<Record<string, Look>> = {
  pending: { shape: 'pending', words: 'Not started' },
  running: { shape: 'busy', words: 'Running' },
  blocked: { shape: 'bad', words: 'Blocked' },
  done: { shape: 'good', words: 'Done' },
  degraded: { shape: 'warn', words: 'Done, needs attention' },
  cancelled: { shape: 'warn', words: 'Cancelled' },
};

/** The state of a newer client is shown as it is written. */
export function phaseLook(state: string): Look {
  return PHASE_LOOKS[state] ?? { shape: 'unknown', words: state };
}

/** What becomes of a blocker, said to the one who waits. */
const CONTINUES: Readonly<Record<Blocker['retry'], Advice>> = {
  automatic: advise`It is re-checked automatically: nothing needs to be restarted.`,
  'after-change': advise`The install continues automatically after this has been changed.`,
  manual: advise`When it is done: ${RETRY}.`,
};

/** Null for a retry kind that only a newer client knows. */
export function continues(retry: Blocker['retry']): Advice | null {
  return CONTINUES[retry] ?? null;
}
