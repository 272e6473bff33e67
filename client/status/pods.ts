import { podRowsOf } from '../../kubernetes/rows.ts';
import type { PodRow } from '../../model/page.ts';
import type { ClusterReader } from '../../observation/index.ts';

const TIMEOUT_MS = 10_000;

/** Every pod of the cluster: the rows of the status page. */
export async function listPods(reader: ClusterReader, signal: AbortSignal): Promise<PodRow[]> {
  const { items } = await reader.list({
    resource: { apiVersion: 'v1', plural: 'pods', kind: 'Pod' },
    pageSize: 500,
    signal,
    timeoutMs: TIMEOUT_MS,
  });
  return podRowsOf(items);
}
