import { z } from 'zod';
import type { DocumentForm } from './documents.ts';

/** Operations on a whole site: one at a time. */
export const OPERATIONS = ['install', 'backup', 'restore', 'upgrade', 'reset', 'admin'] as const;
export type OperationKind = (typeof OPERATIONS)[number];

/** Longer than every `user@host`; a longer name is cut. */
export const HOLDER_NAME_MAX = 200;

/** `holder.json` in the site's folder: who held the site when this folder was last used, and the number of that holder. */
const holderRecord = z.object({
  operatorId: z.uuid(),
  /** Counts holders: a takeover gets the next number. */
  epoch: z.int().min(1),
  /** `user@host`, for people. */
  name: z.string().max(HOLDER_NAME_MAX),
  since: z.iso.datetime(),
});
export type Holder = z.infer<typeof holderRecord>;

/** A newer one is refused: without knowing the holder, a client must not act on the site. */
export const HOLDER: DocumentForm<typeof holderRecord> = {
  kind: 'Holder',
  mark: 'apiVersion',
  version: 1,
  unmarked: null,
  newer: 'refused',
  migrations: {},
  schema: holderRecord,
};

const USER = /^alga:holder:([0-9a-f-]{36}):([1-9]\d{0,8})$/;

/** The user as whom a holder writes to the API server; its right to do so ends with the next epoch. */
export function holderUser({ operatorId, epoch }: Pick<Holder, 'operatorId' | 'epoch'>): string {
  return `alga:holder:${operatorId}:${epoch}`;
}

/** The holder that a user's name stands for; null for any other user. */
export function holderOfUser(user: string): Pick<Holder, 'operatorId' | 'epoch'> | null {
  const [, operatorId, epoch] = USER.exec(user) ?? [];
  return operatorId === undefined ? null : { operatorId, epoch: Number(epoch) };
}
