import { randomUUID } from 'node:crypto';
import { orderWorkflowId } from '../../model/workflow-contract.ts';
import type { InstallOrder } from '../../model/order.ts';
import type { InstallSpec } from '../../model/site.ts';
import { siteFolder } from '../../site-folder/index.ts';
import { ensureKeyRing, readKeyRing } from '../../temporal/key-ring.ts';
import { keptOrder } from './orders.ts';
import { testSpec } from './spec.ts';

/** A site with a key of its own, and one order for it. */
export interface SealedSite {
  readonly siteUid: string;
  readonly spec: InstallSpec;
  readonly workflowId: string;
  readonly order: InstallOrder;
  /** The key that encrypts now. */
  key(): Promise<Buffer>;
  /** The id of another order of this site. */
  otherOrder(): string;
}

export async function sealedSite(home: string, siteId: string): Promise<SealedSite> {
  const [siteUid, orderId] = [randomUUID(), randomUUID()];
  const spec = testSpec({ siteId });
  const folder = siteFolder(home, siteId);
  const order = await keptOrder(folder, spec, 'digest-1', { siteUid, orderId });
  await ensureKeyRing(home, siteId);
  return {
    siteUid,
    spec,
    workflowId: orderWorkflowId(siteId, siteUid, orderId),
    order,
    key: async () => {
      const ring = await readKeyRing(folder);
      if (!ring) throw new Error(`${siteId} has no keys`);
      return ring.newest;
    },
    otherOrder: () => orderWorkflowId(siteId, siteUid, randomUUID()),
  };
}
