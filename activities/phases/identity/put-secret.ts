import { z } from 'zod';
import type { ObjectRef } from '../../../kubernetes/addresses.ts';
import { ClusterError } from '../../ports/kubernetes.ts';
import type { Cluster } from '../../ports/kubernetes.ts';

const secret = z.object({ data: z.record(z.string(), z.string()).nullish() });

/** Writes these values into a Secret, whatever created it; its other keys stay. False if nothing had to change. */
export async function putSecret(
  cluster: Cluster,
  at: ObjectRef,
  values: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<boolean> {
  const { apiVersion, kind, name, namespace } = at;
  const data = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  );
  const found = await cluster.get(at, signal);
  const there = found && secret.parse(found).data;
  if (there && Object.entries(data).every(([key, value]) => there[key] === value)) return false;
  try {
    if (found) throw new ClusterError('already-exists', name, `the Secret ${name} already exists`);
    const metadata = { name, ...(namespace && { namespace }) };
    await cluster.create({ apiVersion, kind, type: 'Opaque', metadata, data }, signal);
  } catch (error) {
    if (!(error instanceof ClusterError && error.fault === 'already-exists')) throw error;
    await cluster.patch(at, { data }, signal);
  }
  return true;
}
