import type { Advice } from '../model/advice.ts';
import type { Blocker, BlockerCode, Evidence } from '../model/blocker.ts';
import type { TierId } from '../model/tiers.ts';

/**
 * Where a message was said. The same words mean different things in different places: "connection refused" in a pull is
 * the registry, in a program's log it may be the database.
 */
export type Domain =
  | 'pull'
  | 'sandbox'
  | 'volume'
  | 'schedule'
  | 'admission'
  | 'config'
  | 'start'
  | 'log'
  | 'probe'
  | 'evict'
  | 'node'
  | 'claim'
  | 'flux-source'
  | 'flux-apply'
  | 'helm'
  | 'talos'
  | 'kube-api'
  | 'git'
  | 'registry'
  | 'operator';

/** Particulars that a reason or a next action names: taken from the object, or from named groups of a wording. */
export interface Facts {
  readonly image?: string;
  readonly registry?: string;
  readonly host?: string;
  readonly node?: string;
  readonly server?: string;
  readonly port?: string;
  readonly file?: string;
  readonly path?: string;
  readonly disk?: string;
  readonly key?: string;
  readonly ref?: string;
  readonly claim?: string;
  readonly volume?: string;
  readonly release?: string;
  readonly user?: string;
  readonly database?: string;
  readonly container?: string;
  readonly line?: string;
  readonly url?: string;
  readonly branch?: string;
  readonly tool?: string;
  readonly detail?: string;
  /** The picture is not a cluster's whole one: what it lacks may not have been asked for. */
  readonly isPartial?: true;
  /** The component of the cluster that does not run, and so does not provide what the code is about. */
  readonly provider?: string;
  /** Names data of the application (kubernetes/data-id.ts). */
  readonly dataId?: string;
}

/** What is known about the place and time of a cause; from this a blocker's words are made. */
export interface BlockerContext {
  readonly component: string;
  readonly tier: TierId;
  /** `Kind namespace/name`, `Kind name`, or a free name such as `node 192.0.2.10`. */
  readonly object: string;
  /** When it was first seen, ISO 8601. */
  readonly at: string;
  readonly siteId?: string;
  readonly nodeIp?: string | null;
  readonly evidence?: readonly Evidence[];
  readonly facts?: Facts;
  readonly severity?: Blocker['severity'];
  readonly loginBlocking?: boolean;
  /** Words that take the place of the code's own reason or advice, when the caller knows better. */
  readonly reason?: string;
  readonly advice?: Advice;
}

/** One wording of one program, and where it was seen. Named groups become facts. */
export interface Wording {
  readonly pattern: RegExp;
  readonly source: string;
  /** As often what follows from a cause as a cause: counts only where no other wording of any rule does. */
  readonly weak?: boolean;
}

/** All there is to one code: its words for people, and how it is recognised in text. */
export interface Rule {
  readonly code: BlockerCode;
  readonly title: string;
  readonly retry: Blocker['retry'];
  readonly reason: (context: BlockerContext) => string;
  readonly advice: (context: BlockerContext) => Advice;
  /** The places in which its wordings count; a rule without wordings is found by structure alone. */
  readonly domains: readonly Domain[];
  readonly wordings: readonly Wording[];
  /** Text in which its wordings mean something else. */
  readonly unless?: RegExp;
  /** May pass without help: counts only if it was seen more than once. */
  readonly transient?: boolean;
}
