import { z } from 'zod';
import { ClusterError } from '../activities/ports/kubernetes.ts';
import type { Cluster } from '../activities/ports/kubernetes.ts';
import type { ObjectRef } from '../kubernetes/addresses.ts';
import { NAMESPACES, OBJECTS } from '../model/appliance.ts';
import { HOLDER_NAME_MAX, OPERATIONS, holderOfUser, holderUser } from '../model/holder.ts';
import type { Holder, OperationKind } from '../model/holder.ts';
import type { KubernetesObject } from '../model/snapshot.ts';

/** The Lease and the binding of docs/contract.md, "The holder": their contents, and the conditional writes that change them. */

export const LEASE: ObjectRef = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  namespace: NAMESPACES.releases,
  name: OBJECTS.holderLease,
};
export const BINDING: ObjectRef = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  name: OBJECTS.holderBinding,
};

const NAME = 'appliance.alga-psa/holder';
const OPERATION = 'appliance.alga-psa/operation';

/** What is running on the site. One with `until` does not count after that, whatever became of it. */
export interface Operation {
  readonly kind: OperationKind;
  readonly since: string;
  readonly until?: string | undefined;
}

/** What the Lease says. */
export interface LeaseState {
  readonly holder: Holder;
  readonly operation: Operation | null;
  /** The Lease's version: it is replaced only while it is this one. */
  readonly version: string;
}

/** What the binding says: who may write. */
export interface BindingState {
  readonly holder: Pick<Holder, 'operatorId' | 'epoch'> | null;
  readonly version: string;
}

const lease = z.object({
  metadata: z.object({
    resourceVersion: z.string(),
    creationTimestamp: z.string().optional(),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  spec: z.object({
    holderIdentity: z.uuid(),
    leaseTransitions: z.int().min(1),
    acquireTime: z.string().optional(),
  }),
});
const operation = z.object({
  kind: z.enum(OPERATIONS),
  since: z.iso.datetime(),
  until: z.iso.datetime().optional(),
});
const binding = z.object({
  metadata: z.object({ resourceVersion: z.string() }),
  subjects: z.array(z.object({ kind: z.string(), name: z.string() })).default([]),
});

/** The contents of the Lease; null if there is none. Throws ClusterError, `invalid` for one that appliance-client did not write. */
export async function readLease(cluster: Cluster, signal: AbortSignal): Promise<LeaseState | null> {
  const found = await cluster.get(LEASE, signal);
  return found === null ? null : leaseIn(found);
}

function leaseIn(found: KubernetesObject): LeaseState {
  const parsed = lease.safeParse(found);
  if (!parsed.success)
    throw new ClusterError(
      'invalid',
      WHICH,
      `${WHICH} does not name the holder of the appliance: it was changed by hand. Delete it when no one is working on this appliance; the next operation creates it again`,
    );
  const { metadata, spec } = parsed.data;
  const taken = spec.acquireTime ?? metadata.creationTimestamp ?? '';
  const since = new Date(Date.parse(taken) || 0).toISOString();
  return {
    holder: {
      operatorId: spec.holderIdentity,
      epoch: spec.leaseTransitions,
      name: plain(metadata.annotations[NAME] ?? 'another operator'),
      since,
    },
    operation: operationIn(metadata.annotations[OPERATION]),
    version: metadata.resourceVersion,
  };
}

const WHICH = `Lease ${NAMESPACES.releases}/${OBJECTS.holderLease}`;

/** Written on another machine and read from a node: shown to people, and used for nothing else. */
function plain(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N}@._+ -]/gu, '?').slice(0, HOLDER_NAME_MAX);
}

function operationIn(text: string | undefined): Operation | null {
  if (!text) return null;
  try {
    const parsed = operation.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null; // a newer client's, or changed by hand: ignored
  }
}

/** The contents of the binding; null if there is none. */
export async function readBinding(cluster: Cluster, signal: AbortSignal): Promise<BindingState | null> {
  const found = await cluster.get(BINDING, signal);
  if (found === null) return null;
  const { metadata, subjects } = binding.parse(found);
  const users = subjects.filter(({ kind }) => kind === 'User').map(({ name }) => holderOfUser(name));
  return { holder: users.find((one) => one !== null) ?? null, version: metadata.resourceVersion };
}

/** Kubernetes wants microseconds (MicroTime). */
function microTime(at: string): string {
  return at.replace(/\.(\d{3})Z$/, '.$1000Z');
}

function saying({ operatorId, epoch, name, since }: Holder, running: Operation | null) {
  return {
    annotations: { [NAME]: name, [OPERATION]: running === null ? '' : JSON.stringify(running) },
    spec: { holderIdentity: operatorId, leaseTransitions: epoch, acquireTime: microTime(since) },
  };
}

/** Creates the Lease. Throws `already-exists` if another was first. */
export async function createLease(
  cluster: Cluster,
  holder: Holder,
  running: Operation | null,
  signal: AbortSignal,
): Promise<LeaseState> {
  const { annotations, spec } = saying(holder, running);
  const { apiVersion, kind, name } = LEASE;
  const metadata = { name, namespace: NAMESPACES.releases, annotations };
  return leaseIn(await cluster.create({ apiVersion, kind, metadata, spec }, signal));
}

/** Replaces the contents of that very version of the Lease. Throws `conflict` if it has changed since. */
export async function replaceLease(
  cluster: Cluster,
  { version }: LeaseState,
  holder: Holder,
  running: Operation | null,
  signal: AbortSignal,
): Promise<LeaseState> {
  const { annotations, spec } = saying(holder, running);
  const patch = { metadata: { resourceVersion: version, annotations }, spec };
  return leaseIn(await cluster.patch(LEASE, patch, signal));
}

/** A write as the holder: the API server accepts it once it applies the binding, and accepts no earlier holder's from then on. */
export async function proveHold(cluster: Cluster, at: Date, signal: AbortSignal): Promise<void> {
  await cluster.patch(LEASE, { spec: { renewTime: microTime(at.toISOString()) } }, signal);
}

/** Creates the binding for a holder. Throws `already-exists` if another was first. */
export async function createBinding(
  cluster: Cluster,
  holder: Pick<Holder, 'operatorId' | 'epoch'>,
  signal: AbortSignal,
): Promise<void> {
  const { apiVersion, kind, name } = BINDING;
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' };
  await cluster.create({ apiVersion, kind, metadata: { name }, roleRef, subjects: subjectsOf(holder) }, signal);
}

/** Grants the right to write to a holder, if that very version of the binding is still present. Throws `conflict` if it is not. */
export async function replaceBinding(
  cluster: Cluster,
  { version }: BindingState,
  holder: Pick<Holder, 'operatorId' | 'epoch'>,
  signal: AbortSignal,
): Promise<void> {
  const patch = { metadata: { resourceVersion: version }, subjects: subjectsOf(holder) };
  await cluster.patch(BINDING, patch, signal);
}

function subjectsOf(holder: Pick<Holder, 'operatorId' | 'epoch'>): unknown[] {
  return [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: holderUser(holder) }];
}
