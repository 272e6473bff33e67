/** What the client can repair by itself: what an appliance calls for, why not now, and what was done. */
export { remediesFor, subjectOf } from './find.ts';
export type { Seen } from './find.ts';
export { hindrance } from './hindrance.ts';
export { isBeingRepaired, readRepairs } from './log.ts';
export { outcomeOf, repair, settleRepairs } from './repair.ts';
export type { Repairing } from './repair.ts';
