import type { PhaseOutcome } from '../../../model/workflow-contract.ts';
import { openCluster } from '../../cluster.ts';
import type { PhaseContext } from '../../phase-context.ts';
import { imageSizes } from './image-sizes.ts';
import { bootstrapModeFor, writeSelection } from './selection.ts';

/** Puts the chosen release and the site's own values where Flux finds them, before there is a source that could use them. */
export async function selectRelease(context: PhaseContext): Promise<PhaseOutcome> {
  const { spec } = context;
  const cluster = await openCluster(context);
  const mode = await bootstrapModeFor(context, cluster);
  const changed = await writeSelection(context, cluster, mode, await imageSizes(context));
  return {
    did: changed ? 'acted' : 'nothing-to-do',
    detail: `Release ${spec.release.releaseVersion}, ${mode} mode`,
  };
}
