import type { Cluster } from '../../activities/ports/kubernetes.ts';
import { HeldByAnother, OperationRuns, holderInWords } from '../../holder/errors.ts';
import { fenced } from '../../holder/fence.ts';
import { heldByAnother, recordedHolder } from '../../holder/hold.ts';
import type { Running, Surroundings } from '../../holder/hold.ts';
import { readLease } from '../../holder/lease.ts';
import type { LeaseState } from '../../holder/lease.ts';
import type { Holder } from '../../model/holder.ts';
import { currentOperator } from '../../site-folder/operator.ts';
import type { CommandContext } from '../context.ts';
import { callOf } from '../site/hints.ts';
import { kubeconfigOf } from '../site/kubeconfig.ts';
import type { Site } from '../site/site.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { UserError } from '../terminal/failure.ts';
import type { InstallView } from './view.ts';
import { clean } from '../terminal/text.ts';

/** A person waits for this check, and the API server decides with every write anyway. */
const LOOK_MS = 1_800;

/** What this machine knows now of who holds a site. */
export interface HolderLook {
  /** By this machine's folder; null if nothing has acted from it yet. */
  readonly record: Holder | null;
  /** By the appliance; null if it has no Lease, or does not answer. */
  readonly lease: LeaseState | null;
  /** `none`: there is no way to an API server yet. */
  readonly api: 'answers' | 'silent' | 'none';
  /** The holder, if that is not this machine's operator; else null. */
  readonly other: Holder | null;
  /** This machine's operator is on record as the holder. */
  readonly isOwn: boolean;
}

/** Reads who holds the site: from its folder and, if it answers soon, from the appliance. Writes nothing. */
export async function lookAtHolder(context: CommandContext, site: Site): Promise<HolderLook> {
  const [record, { lease, api }] = await Promise.all([recordedHolder(site.folder), leaseOf(context, site)]);
  if (record === null && lease === null) return { record, lease, api, other: null, isOwn: false };
  const { operatorId } = await currentOperator(context.io.env);
  const who = heldByAnother(record, lease?.holder ?? null, operatorId);
  const other = who === null ? null : who === 'folder' ? record : (lease?.holder ?? null);
  const isOwn = other === null && (record?.operatorId === operatorId || lease?.holder.operatorId === operatorId);
  return { record, lease, api, other, isOwn };
}

async function leaseOf(context: CommandContext, site: Site): Promise<Pick<HolderLook, 'lease' | 'api'>> {
  const { services, io } = context;
  try {
    const kubeconfig = kubeconfigOf(site);
    if (kubeconfig === null) return { lease: null, api: 'none' };
    const cluster = await services.cluster(kubeconfig);
    try {
      const signal = AbortSignal.any([io.signal, AbortSignal.timeout(LOOK_MS)]);
      return { lease: await readLease(cluster, signal), api: 'answers' };
    } finally {
      await cluster.reader.close();
    }
  } catch {
    return { lease: null, api: 'silent' }; // the next operation reports why it does not answer
  }
}

/** Throws a UserError, exit 6, if another operator holds the site. */
export async function insistOnHolding(context: CommandContext, site: Site): Promise<void> {
  const { other } = await lookAtHolder(context, site);
  if (other !== null) throw heldError(context, site, other);
}

/**
 * Whether the open run is another operator's, by its task queue. That matters if there is no holder on record, before a step has
 * acted; and if the holder has not taken over the run of the holder before.
 */
export function isInAnothersQueue(view: InstallView | null): boolean {
  return view?.run === 'RUNNING' && view.isServedElsewhere === true;
}

/** Throws a UserError, exit 6, if the open run is in another operator's queue. */
export function insistOnOwnQueue(context: CommandContext, site: Site, view: InstallView | null): void {
  if (isInAnothersQueue(view)) throw heldError(context, site, null);
}

export function heldError(context: CommandContext, site: Site, holder: Holder | null): UserError {
  return new UserError(EXIT.held, heldLines(context, site, holder).join('\n'));
}

/** For a site that another operator holds; `holder` is null for one whose run is in another operator's queue. */
export function heldLines(context: CommandContext, site: Site, holder: Holder | null): string[] {
  return [
    holder === null
      ? `The install of ${site.siteId} was started by another user or on another machine, and only a worker there continues it. This machine changes nothing.`
      : `${site.siteId} is held by ${clean(holderInWords(holder))}. This machine changes nothing.`,
    `To follow the install, run \`${callOf(context, site, 'resume')}\` there. To take it over, run \`${callOf(context, site, 'resume --take-over')}\` here: that ends what is running there.`,
  ];
}

/** What a command needs to act on a site as its holder. */
export function surroundingsOf(context: CommandContext, site: Site, kubeconfig: string): Surroundings {
  const { services, io } = context;
  return {
    folder: site.folder,
    operator: () => currentOperator(io.env),
    clock: services.clock,
    connect: (as) => services.cluster(kubeconfig, as),
  };
}

/** The site's cluster, writable for its holder only. `holderFailure` explains what its writes throw. */
export async function clusterToWrite(
  context: CommandContext,
  site: Site,
  kubeconfig: string,
  running: Running | null,
): Promise<Cluster> {
  return fenced(surroundingsOf(context, site, kubeconfig), await context.services.cluster(kubeconfig), running);
}

/** The error to report for a failed write if it is about who holds the site; else null. */
export function holderFailure(context: CommandContext, site: Site, error: unknown): UserError | null {
  if (error instanceof HeldByAnother) return heldError(context, site, error.holder);
  if (!(error instanceof OperationRuns)) return null;
  const { kind, since } = error.operation;
  return new UserError(
    EXIT.held,
    `Another operation is running on ${site.siteId}: ${kind}, since ${since}. Nothing was changed. Wait until it ends` +
      (kind === 'install' ? `, or cancel it: \`${callOf(context, site, 'cancel')}\`.` : '.'),
    { cause: error },
  );
}
