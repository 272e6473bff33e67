import { makeBlocker } from '../diagnosis/index.ts';
import type { BlockerContext } from '../diagnosis/index.ts';
import type { Blocker, BlockerCode } from '../model/blocker.ts';
import { Blocked } from './blocked.ts';
import type { InstallSpec } from '../model/site.ts';
import type { Ports } from './ports/index.ts';

/** Where a phase met a cause; site, node, time and (unless said) the tier are known. */
export type Met = Omit<BlockerContext, 'at' | 'siteId' | 'nodeIp' | 'tier'> & Partial<Pick<BlockerContext, 'tier'>>;

/** What names the appliance in a blocker's words; all of it is known before the inputs are read. */
export interface Where {
  readonly ports: Ports;
  readonly spec: Pick<InstallSpec, 'siteId' | 'nodeIp'>;
}

/** In the words of the diagnosis, unless `met` has its own. */
export function blockerFor(context: Where, code: BlockerCode, met: Met): Blocker {
  return makeBlocker(code, {
    tier: 'platform',
    ...met,
    at: context.ports.clock.now().toISOString(),
    siteId: context.spec.siteId,
    nodeIp: context.spec.nodeIp,
  });
}

/** Usage: `throw stop(context, 'foreign-cluster', …)`. */
export function stop(context: Where, code: BlockerCode, met: Met): Blocked {
  return new Blocked([blockerFor(context, code, met)]);
}
