import { createHash } from 'node:crypto';
import { changedInputs, changedSpec } from '../../model/input-change.ts';
import { orderOf } from '../../model/order.ts';
import type { InstallOrder } from '../../model/order.ts';
import type { InputChange, InstallSpec } from '../../model/site.ts';
import type { InputUpdate } from '../../model/workflow-contract.ts';
import type { PrivateFolder } from '../../site-folder/index.ts';
import { keepInputs } from '../../site-folder/inputs.ts';

/** An order whose inputs lie nowhere: for activities that read none. */
export function testOrder(spec: InstallSpec, specDigest = 'digest-1'): InstallOrder {
  return orderOf(spec, specDigest, createHash('sha256').update(JSON.stringify(spec)).digest('hex'));
}

/** The update that changes the inputs of such an order. */
export function testUpdate(spec: InstallSpec, change: InputChange, specDigest = 'digest-2'): InputUpdate {
  const { inputs } = testOrder(spec);
  const changed = changedInputs(change).map(({ key }) => key);
  return { from: inputs.digest, order: testOrder(changedSpec(spec, change), specDigest), changed };
}

/** An order whose inputs lie in the folder. */
export async function keptOrder(
  folder: PrivateFolder,
  spec: InstallSpec,
  specDigest = 'digest-1',
): Promise<InstallOrder> {
  return orderOf(spec, specDigest, await keepInputs(folder, spec));
}
