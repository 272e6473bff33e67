import { z } from 'zod';
import { CARRIED_STATE } from './carried-state.ts';
import type { CarriedState } from './carried-state.ts';
import type { DocumentForm } from './documents.ts';
import { HOLDER_NAME_MAX } from './holder.ts';
import { installOrder } from './order.ts';
import type { InstallOrder } from './order.ts';

/** A ConfigMap holds a megabyte; an install's state is some fifty kilobytes. */
export const CARRIED_MAX_BYTES = 512 * 1024;

/**
 * `install.json` in the site's folder, and the same in the ConfigMap `appliance-install`: the state of an install at the end of one of
 * its steps. A takeover continues from the newest, by epoch and then counter. It holds no secret.
 */
const carriedInstall = z.object({
  siteId: z.string(),
  /** Missing if the site's record has none. */
  siteUid: z.uuid().optional(),
  workflowId: z.string().max(300),
  epoch: z.int().min(1),
  /** Of the install: counts what it handed on. */
  counter: z.int().min(0),
  writtenAt: z.iso.datetime(),
  holder: z.object({ operatorId: z.uuid(), name: z.string().max(HOLDER_NAME_MAX) }),
  order: installOrder,
  state: CARRIED_STATE.schema,
});
export type CarriedInstall = z.infer<typeof carriedInstall>;

export const CARRIED_INSTALL: DocumentForm<typeof carriedInstall> = {
  kind: 'CarriedInstall',
  mark: 'apiVersion',
  version: 1,
  unmarked: null,
  newer: 'refused',
  migrations: {},
  schema: carriedInstall,
};

/** What the workflow hands to its worker when a step has ended or a command was applied. */
export interface HandedOn {
  readonly order: InstallOrder;
  readonly state: CarriedState;
}

/** The workflow's sinks (`proxySinks`): what leaves it without an event in its history, and never during replay. */
export type CarriedSinks = {
  carried: {
    keep(handed: HandedOn): void;
  };
};

/**
 * Whether one is newer than the other; any is newer than none. Within an epoch an order that was started later is newer: it counts
 * from the start.
 */
export function isNewer(one: CarriedInstall, other: CarriedInstall | null): boolean {
  if (other === null) return true;
  const begun = ({ state }: CarriedInstall): number => Date.parse(state.progress.startedAt);
  return (one.epoch - other.epoch || begun(one) - begun(other) || one.counter - other.counter) > 0;
}
