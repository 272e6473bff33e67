import { z } from 'zod';

/** A column of the tables of pods, in the terminal and on the page, and the field of the same name in their JSON. */
interface Row {
  /** The heading on the page; `pods` writes it in capitals. */
  readonly title: string;
  readonly schema: z.ZodType<string | number | null>;
  /** The field of the pod, such as `spec.nodeName`: its schema accepts null, for a pod without it. If missing, kubernetes/rows.ts computes the value. */
  readonly at?: string;
  /** How the value is shown; `age` is a time, shown as the time since then. */
  readonly as: 'text' | 'age';
}

/** The columns between a pod's state and its message, in their order. A row here is all that a field of a pod needs. */
const TABLE = {
  restarts: { title: 'Restarts', schema: z.number(), as: 'text' },
  createdAt: { title: 'Age', schema: z.string().nullable(), at: 'metadata.creationTimestamp', as: 'age' },
} as const satisfies Readonly<Record<string, Row>>;

type Table = typeof TABLE;
type Key = keyof Table;

export interface PodColumn extends Row {
  readonly key: Key;
}

/** The columns whose value is a field of the pod. */
export type FieldColumn = { [One in Key]: Table[One] extends { readonly at: string } ? One : never }[Key];

const isKey = (text: string): text is Key => Object.hasOwn(TABLE, text);

export const POD_COLUMNS: readonly PodColumn[] = Object.keys(TABLE)
  .filter(isKey)
  .map((key) => ({ ...TABLE[key], key }));

/** The columns' schemas, by field. */
export function podColumnSchemas(): { [One in Key]: Table[One]['schema'] };
export function podColumnSchemas(): Record<string, z.ZodType> {
  return Object.fromEntries(POD_COLUMNS.map(({ key, schema }) => [key, schema]));
}
