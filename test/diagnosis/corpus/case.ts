import type { BlockerCode } from '../../../model/blocker.ts';

/** Where a message is said in a snapshot: the harness builds a whole appliance in which just this is wrong. */
export type Where =
  | 'pull'
  | 'pull-state'
  | 'config'
  | 'create'
  | 'run'
  | 'mount'
  | 'sandbox'
  | 'schedule'
  | 'admission'
  | 'log'
  | 'job-log'
  | 'oom'
  | 'evict'
  | 'probe'
  | 'node'
  | 'node-event'
  | 'claim'
  | 'git'
  | 'api'
  | `kustomization ${string}`
  | `helm ${string}`
  | `chart ${string}`
  | `talos ${string}`
  | `text ${string}`;

/** One message that was really said, what it means, and where it was seen. */
export interface Case {
  readonly code: BlockerCode;
  /** One line of plain English: who says it, and what happened. */
  readonly title: string;
  readonly where: Where;
  readonly message: string;
  /** Thread or source file in which the wording stands. */
  readonly source: string;
  /** The component that says it, where it matters. */
  readonly component?: string;
}

/** Gives cases of one place, the code first: `[code, title, message, source, component?]`. */
export function said(where: Where, rows: readonly (readonly [BlockerCode, string, string, string, string?])[]): Case[] {
  return rows.map(([code, title, message, source, component]) => ({
    code,
    title,
    where,
    message,
    source,
    ...(component ? { component } : {}),
  }));
}
