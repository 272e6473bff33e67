import { createHash, randomUUID } from 'node:crypto';
import { changedInputs, changedSpec } from '../../model/input-change.ts';
import { orderOf } from '../../model/order.ts';
import type { InstallOrder, OrderIdentity } from '../../model/order.ts';
import type { InputChange, InstallSpec, SiteRecord } from '../../model/site.ts';
import { orderWorkflowId } from '../../model/workflow-contract.ts';
import type { InputUpdate } from '../../model/workflow-contract.ts';
import { SITE_FILES } from '../../site-folder/index.ts';
import type { PrivateFolder } from '../../site-folder/index.ts';
import { keepInputs } from '../../site-folder/inputs.ts';

/** Which order it is, where a test does not say. */
export const TEST_IDENTITY: OrderIdentity = {
  siteUid: '5e1f0a4c-0000-4000-8000-000000000001',
  orderId: '0de40000-0000-4000-8000-000000000001',
};

/** An order whose inputs lie nowhere: for activities that read none. */
export function testOrder(spec: InstallSpec, specDigest = 'digest-1'): InstallOrder {
  const digest = createHash('sha256').update(JSON.stringify(spec)).digest('hex');
  return orderOf(spec, specDigest, digest, TEST_IDENTITY);
}

/** The update that changes the inputs of such an order. */
export function testUpdate(spec: InstallSpec, change: InputChange, specDigest = 'digest-2'): InputUpdate {
  const { inputs } = testOrder(spec);
  const changed = changedInputs(change).map(({ key }) => key);
  const order = testOrder(changedSpec(spec, change), specDigest);
  return { from: inputs.digest, order, changed, ...aCommand().args[0] };
}

/** The arguments of an update of an order: one command of one person. */
export function aCommand(): { readonly args: [{ commandId: string }] } {
  return { args: [{ commandId: randomUUID() }] };
}

/** Gives the id of the workflow of these orders. */
export function workflowIdOf(siteId: string): string {
  return orderWorkflowId(siteId, TEST_IDENTITY.siteUid, TEST_IDENTITY.orderId);
}

/** An order of a site that is on record, as `start` does it first; the inputs lie in the folder. */
export async function keptOrder(
  folder: PrivateFolder,
  spec: InstallSpec,
  specDigest = 'digest-1',
  identity = TEST_IDENTITY,
): Promise<InstallOrder> {
  const at = new Date().toISOString();
  const { siteId, nodeIp, appUrl, hostname } = spec;
  const record: SiteRecord = {
    apiVersion: 'appliance.alga-psa/v1',
    kind: 'Site',
    siteId,
    siteUid: identity.siteUid,
    workflowId: orderWorkflowId(siteId, identity.siteUid, identity.orderId),
    nodeIp,
    appUrl,
    hostname,
    createdAt: at,
    updatedAt: at,
    spec,
    cluster: null,
  };
  await folder.createOnce(SITE_FILES.record, JSON.stringify(record));
  return orderOf(spec, specDigest, await keepInputs(folder, spec), identity);
}
