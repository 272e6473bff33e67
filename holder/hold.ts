import { ClusterError } from '../activities/ports/kubernetes.ts';
import type { Cluster } from '../activities/ports/kubernetes.ts';
import { ref } from '../kubernetes/addresses.ts';
import { NAMESPACES } from '../model/appliance.ts';
import { HOLDER, HOLDER_NAME_MAX, holderUser } from '../model/holder.ts';
import type { Holder, OperationKind } from '../model/holder.ts';
import { DocumentUnreadableError, readStored, writeStored } from '../site-folder/documents.ts';
import { SITE_FILES } from '../site-folder/index.ts';
import type { PrivateFolder } from '../site-folder/index.ts';
import type { Operator } from '../site-folder/operator.ts';
import { HeldByAnother, OperationRuns } from './errors.ts';
import {
  createBinding,
  createLease,
  proveHold,
  readBinding,
  readLease,
  replaceBinding,
  replaceLease,
} from './lease.ts';
import type { BindingState, LeaseState, Operation } from './lease.ts';

/** How often a write is repeated because another one came first. */
const ATTEMPTS = 8;
/** An API server applies a changed binding within milliseconds; one that does not in this time has another fault. */
const GRANTED_WITHIN = { looks: 100, everyMs: 100 };

/** What a command or a step needs to act on a site. */
export interface Surroundings {
  readonly folder: PrivateFolder;
  readonly operator: () => Promise<Operator>;
  readonly clock: { now(): Date; sleep(ms: number, signal: AbortSignal): Promise<void> };
  /** The site's cluster; with `as` every write is sent as that user. */
  readonly connect: (as?: string) => Promise<Cluster>;
}

/** What is about to run. `forMs`: how long it can run at most, whatever happens to this process; without it, until it is ended. */
export interface Running {
  readonly kind: OperationKind;
  readonly forMs?: number;
}

/** The holder when the site's folder was last used; null if there was none yet. Throws DocumentUnreadableError. */
export async function recordedHolder(folder: PrivateFolder): Promise<Holder | null> {
  try {
    return await readStored(folder, SITE_FILES.holder, HOLDER);
  } catch (error) {
    if (!(error instanceof DocumentUnreadableError) || error.isNewer) throw error;
    throw new DocumentUnreadableError(
      `${error.message} If there is no copy of it, move it away: the appliance itself records who holds the site.`,
    );
  }
}

export async function recordHolder(folder: PrivateFolder, holder: Holder): Promise<void> {
  await writeStored(folder, SITE_FILES.holder, HOLDER, holder);
}

/** The present operator as a holder from now on. */
export async function asHolder(
  { operator, clock }: Pick<Surroundings, 'operator' | 'clock'>,
  epoch: number,
): Promise<Holder> {
  const { operatorId, name } = await operator();
  return { operatorId, epoch, name: name.slice(0, HOLDER_NAME_MAX), since: clock.now().toISOString() };
}

/**
 * Call this before anything is done for a site by its folder's record: on first use this operator becomes the holder. Throws
 * HeldByAnother if the folder records another one.
 */
export async function insistOnRecord(around: Pick<Surroundings, 'folder' | 'operator' | 'clock'>): Promise<Holder> {
  const record = await recordedHolder(around.folder);
  if (record === null) {
    const first = await asHolder(around, 1);
    await recordHolder(around.folder, first);
    return first;
  }
  if (record.operatorId !== (await around.operator()).operatorId) throw new HeldByAnother(record, 'folder');
  return record;
}

/**
 * Pure: which record names a holder other than `me`, if any. An operator whose folder records a later epoch than the Lease has taken
 * the site over before this cluster could be reached.
 */
export function heldByAnother(
  record: Holder | null,
  said: Pick<Holder, 'operatorId' | 'epoch'> | null,
  me: string,
): 'appliance' | 'folder' | null {
  const isMine = record?.operatorId === me;
  if (said === null) return record === null || isMine ? null : 'folder';
  if (said.operatorId === me) return record !== null && !isMine && record.epoch > said.epoch ? 'folder' : null;
  return isMine && record.epoch > said.epoch ? null : 'appliance';
}

/** Throws HeldByAnother if the Lease, or without one the folder, names another holder. Writes nothing. */
export async function insistOnLease(
  around: Surroundings,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<LeaseState | null> {
  const [record, lease] = await Promise.all([recordedHolder(around.folder), readLease(cluster, signal)]);
  if (record === null && lease === null) return null;
  const { operatorId } = await around.operator();
  const who = heldByAnother(record, lease?.holder ?? null, operatorId);
  if (who === 'appliance' && lease) throw new HeldByAnother(lease.holder, who);
  if (who === 'folder' && record) throw new HeldByAnother(record, who);
  return lease;
}

/**
 * Claims the site: the Lease names this holder, the API server lets only this holder write, and the folder records it. If it is already
 * held, that costs two reads; a claim that died half-way is completed. Gives the holder as whom to write. Throws HeldByAnother,
 * OperationRuns, ClusterError.
 */
export async function hold(around: Surroundings, running: Running | null, signal: AbortSignal): Promise<Holder> {
  const cluster = await around.connect();
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { holder } = await leaseHeld(around, cluster, running, signal);
      await bind(around, cluster, holder, signal);
      return await recorded(around.folder, holder);
    } catch (error) {
      // Another write came first: its result decides.
      if (attempt >= ATTEMPTS || !isRace(error)) throw error;
    }
  }
}

/**
 * Takeover of the site from its holder at the time that `seen` was read: the epoch after all known ones, the Lease first, then the right
 * to write. The old holder may write until then, the new one not before. Throws ClusterError `conflict` if the Lease has changed since,
 * and HeldByAnother if a later claim has won.
 */
export async function takeOver(around: Surroundings, seen: LeaseState | null, signal: AbortSignal): Promise<Holder> {
  const cluster = await around.connect();
  const binding = await readBinding(cluster, signal);
  const holder = await asHolder(around, 1 + (await latestEpoch(around.folder, seen, binding)));
  if (seen === null) {
    await makeNamespace(cluster, signal);
    await createLease(cluster, holder, null, signal);
  } else await replaceLease(cluster, seen, holder, null, signal);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await bind(around, cluster, holder, signal);
      break;
    } catch (error) {
      if (attempt >= ATTEMPTS || !isRace(error)) throw error;
    }
  }
  return recorded(around.folder, holder);
}

/** The same if no API server answers: only the folder records it, and the first step that reaches the Lease claims it. */
export async function takeOverFolder(around: Pick<Surroundings, 'folder' | 'operator' | 'clock'>): Promise<Holder> {
  return recorded(around.folder, await asHolder(around, 1 + (await latestEpoch(around.folder, null, null))));
}

/** Records that the operation has ended, if it is still the running one and still this operator's. */
export async function endOperation(around: Surroundings, kind: OperationKind, signal: AbortSignal): Promise<void> {
  const cluster = await around.connect();
  for (let attempt = 1; ; attempt += 1) {
    const lease = await readLease(cluster, signal);
    if (lease?.holder.operatorId !== (await around.operator()).operatorId || lease.operation?.kind !== kind) return;
    try {
      await replaceLease(await around.connect(holderUser(lease.holder)), lease, lease.holder, null, signal);
      return;
    } catch (error) {
      if (attempt >= ATTEMPTS || !isRace(error)) throw error;
    }
  }
}

async function recorded(folder: PrivateFolder, holder: Holder): Promise<Holder> {
  const known = await recordedHolder(folder);
  if (known?.operatorId !== holder.operatorId || known.epoch !== holder.epoch) await recordHolder(folder, holder);
  return holder;
}

async function latestEpoch(
  folder: PrivateFolder,
  lease: LeaseState | null,
  binding: BindingState | null,
): Promise<number> {
  const record = await recordedHolder(folder);
  return Math.max(record?.epoch ?? 0, lease?.holder.epoch ?? 0, binding?.holder?.epoch ?? 0);
}

/** Makes the Lease name this operator and the operation; creates it, or replaces one that may be replaced. */
async function leaseHeld(
  around: Surroundings,
  cluster: Cluster,
  running: Running | null,
  signal: AbortSignal,
): Promise<LeaseState> {
  const lease = await insistOnLease(around, cluster, signal);
  const record = await recordedHolder(around.folder);
  const now = around.clock.now();
  if (lease === null) {
    const binding = await readBinding(cluster, signal);
    const { operatorId } = await around.operator();
    const bound = binding?.holder ?? null;
    if (bound !== null && heldByAnother(record, bound, operatorId) !== null)
      throw new HeldByAnother({ ...bound, name: 'another operator', since: new Date(0).toISOString() }, 'appliance');
    await makeNamespace(cluster, signal);
    const holder = await asHolder(around, Math.max(1, await latestEpoch(around.folder, null, binding)));
    return createLease(cluster, holder, operationOf(running, now), signal);
  }
  const operation = taken(lease.operation, running, now);
  const { operatorId } = await around.operator();
  const isMine = lease.holder.operatorId === operatorId && (record?.epoch ?? 0) <= lease.holder.epoch;
  if (isMine && operation === lease.operation) return lease;
  const holder = isMine ? lease.holder : await asHolder(around, record?.epoch ?? lease.holder.epoch);
  return replaceLease(cluster, lease, holder, operation, signal);
}

function operationOf(running: Running | null, now: Date): Operation | null {
  if (running === null) return null;
  const { kind, forMs } = running;
  const until = forMs === undefined ? {} : { until: new Date(now.getTime() + forMs).toISOString() };
  return { kind, since: now.toISOString(), ...until };
}

/** The operation from now on. The same kind continues; one whose time is over no longer counts. Throws OperationRuns for another. */
function taken(present: Operation | null, running: Running | null, now: Date): Operation | null {
  if (running === null) return present;
  const runs = present !== null && (present.until === undefined || Date.parse(present.until) > now.getTime());
  if (!runs) return operationOf(running, now);
  if (present.kind !== running.kind || running.forMs !== undefined) throw new OperationRuns(present);
  return present;
}

/**
 * Grants the holder the right to write, and waits until the API server applies it. A late claim finds a later epoch, or another version
 * of the binding than it read, and changes nothing.
 */
async function bind(around: Surroundings, cluster: Cluster, holder: Holder, signal: AbortSignal): Promise<void> {
  const binding = await readBinding(cluster, signal);
  const bound = binding?.holder ?? null;
  if (bound !== null && bound.operatorId === holder.operatorId && bound.epoch === holder.epoch) return;
  if (bound !== null && bound.epoch >= holder.epoch) throw await lost(around, cluster, bound, signal);
  if (binding === null) await createBinding(cluster, holder, signal);
  else await replaceBinding(cluster, binding, holder, signal);
  const own = await around.connect(holderUser(holder));
  for (let look = 1; ; look += 1) {
    try {
      await proveHold(own, around.clock.now(), signal);
      return;
    } catch (error) {
      if (!isForbidden(error) || look >= GRANTED_WITHIN.looks) throw error;
      const lease = await readLease(cluster, signal);
      if (lease && lease.holder.epoch > holder.epoch) throw new HeldByAnother(lease.holder, 'appliance');
    }
    await around.clock.sleep(GRANTED_WITHIN.everyMs, signal);
  }
}

/** The holder who has overtaken a claim: the Lease has the name; a binding alone has only the id. */
async function lost(
  around: Surroundings,
  cluster: Cluster,
  bound: NonNullable<BindingState['holder']>,
  signal: AbortSignal,
): Promise<HeldByAnother> {
  const lease = await readLease(cluster, signal);
  const known = lease && lease.holder.epoch >= bound.epoch ? lease.holder : null;
  return new HeldByAnother(
    known ?? { ...bound, name: 'another operator', since: around.clock.now().toISOString() },
    'appliance',
  );
}

/** Equal to flux/base/namespaces: two writers that agree do not undo each other. */
async function makeNamespace(cluster: Cluster, signal: AbortSignal): Promise<void> {
  const name = NAMESPACES.releases;
  if ((await cluster.get(ref.namespace(name), signal)) !== null) return;
  const annotations = { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' };
  await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, annotations } }, signal);
}

export function isForbidden(error: unknown): boolean {
  return error instanceof ClusterError && error.fault === 'forbidden';
}

function isRace(error: unknown): boolean {
  return error instanceof ClusterError && (error.fault === 'conflict' || error.fault === 'already-exists');
}
