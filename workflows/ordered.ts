import { changedSpec } from '../model/input-change.ts';
import { orderFacts } from '../model/order.ts';
import type { InstallOrder, OrderFacts } from '../model/order.ts';
import { inPresentForm } from '../model/site.ts';
import type { InstallSpec } from '../model/site.ts';
import type { InputUpdate, Inputs, InstallInput } from '../model/workflow-contract.ts';

/** What an install goes by: an order, or the spec in the history of one that a client up to 0.1.0 began. */
export interface Ordered {
  readonly facts: OrderFacts;
  /** Names the inputs in the site's folder; null while they are in the history. */
  readonly digest: string | null;
  /** Clients that give their orders an id name each of their commands, too: one without a name is no client's. */
  readonly hasOrderId: boolean;
  /** Null while the spec is in the history. */
  readonly order: InstallOrder | null;
  /** What the steps are given. */
  readonly inputs: Inputs;
  /** What a continued run begins with. */
  readonly input: InstallInput;
  /** What it goes by after the update, which has been checked. */
  changed(update: InputUpdate): Ordered;
}

/** For inputs of every client version. */
export function ordered(input: InstallInput): Ordered {
  return 'order' in input ? byOrder(input.order) : bySpec(inPresentForm(input.spec), input.specDigest);
}

function byOrder(order: InstallOrder): Ordered {
  const { siteId, nodeIp, digest } = order.inputs;
  return {
    facts: { ...order, siteId, nodeIp },
    digest,
    hasOrderId: order.orderId !== undefined,
    order,
    inputs: { inputs: order.inputs },
    input: { order },
    changed: (update) => byOrder('order' in update ? update.order : order),
  };
}

function bySpec(spec: InstallSpec, specDigest: string): Ordered {
  return {
    facts: orderFacts(spec, specDigest),
    digest: null,
    hasOrderId: false,
    order: null,
    inputs: { spec },
    input: { spec, specDigest },
    changed: (update) =>
      'change' in update ? bySpec(changedSpec(spec, update.change), update.specDigest) : byOrder(update.order),
  };
}
