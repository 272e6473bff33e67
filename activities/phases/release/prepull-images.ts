import type { Blocker } from '../../../model/blocker.ts';
import type { VendorImage } from '../../../model/appliance.ts';
import { collaborationImageOf } from '../../../model/collaboration.ts';
import { imageReference } from '../../../model/release.ts';
import type { InstallSpec } from '../../../model/site.ts';
import { imageName, imageOf } from '../../../model/vendor-images.ts';
import type { PhaseOutcome } from '../../../model/workflow-contract.ts';
import { Blocked } from '../../blocked.ts';
import { blockersAtOnce } from '../../classify.ts';
import type { PhaseContext } from '../../phase-context.ts';
import { TalosError } from '../../ports/talos.ts';
import type { TalosTarget } from '../../ports/talos.ts';
import { neededTarget } from '../host/node-target.ts';

/** A line that drops once is no fault: an image is asked for twice before it is one. */
const ATTEMPTS = 2;
const PAUSE_MS = 5_000;

interface WantedImage {
  readonly component: string;
  readonly reference: string;
  /** People cannot log in without it. */
  readonly core: boolean;
}

/** Has the node pull the release's images before they are needed. Core images must come; for the others it is tried. */
export async function prepullImages(context: PhaseContext): Promise<PhaseOutcome> {
  if (!context.spec.prepullImages) return { did: 'nothing-to-do', detail: 'Images are pulled when they are needed' };
  const target = await neededTarget(context);
  if (!target)
    return { did: 'nothing-to-do', detail: 'No talosconfig was given: images are pulled when they are needed' };
  const wanted = wantedImages(context.spec);
  const warnings: Blocker[] = [];
  for (const [index, image] of wanted.entries()) {
    context.see('the node to pull the images', `${index + 1} of ${wanted.length}: ${image.reference}`);
    const failure = await pull(context, target, image);
    if (failure && image.core) throw new Blocked([failure]);
    if (failure) warnings.push({ ...failure, severity: 'warning' });
    await context.clear();
  }
  const pulled = wanted.length - warnings.length;
  return {
    did: warnings.length > 0 ? 'degraded' : 'acted',
    detail: `The node has ${pulled} of ${wanted.length} images`,
    warnings,
  };
}

async function pull(context: PhaseContext, target: TalosTarget, image: WantedImage): Promise<Blocker | null> {
  const { ports, signal } = context;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await ports.talos.pullImage(target, image.reference, signal);
      return null;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof TalosError)) throw error;
      if (attempt >= ATTEMPTS) return failureOf(context, image, error);
    }
    await ports.clock.sleep(PAUSE_MS, signal);
  }
}

/** The cause in the diagnosis' words, at the component whose image it is. */
function failureOf(context: PhaseContext, { component, core }: WantedImage, error: TalosError): Blocker {
  const [found] = blockersAtOnce(error, context);
  if (!found) throw error;
  return { ...found, component, tier: core ? 'login' : 'background', loginBlocking: core };
}

function wantedImages(spec: InstallSpec): WantedImage[] {
  const { dependencies } = spec.release;
  const core = (component: string, reference: string): WantedImage => ({ component, reference, core: true });
  const later = (component: string, reference: string): WantedImage => ({ component, reference, core: false });
  const collaboration = collaborationImageOf(spec);
  const vendor = (key: VendorImage, wanted: typeof core): WantedImage =>
    wanted(imageName(key), imageReference(imageOf(spec, key)));
  return [
    core('db', imageReference(dependencies.postgres)),
    core('redis', imageReference(dependencies.redis)),
    core('pgbouncer', imageReference(dependencies.pgbouncer)),
    core('db', imageReference(dependencies.busybox)),
    vendor('algaCore', core),
    later('appliance-status', imageReference(dependencies.node)),
    later('temporal', imageReference(dependencies.temporal)),
    later('temporal-ui', imageReference(dependencies.temporalUi)),
    vendor('workflowWorker', later),
    vendor('emailService', later),
    vendor('temporalWorker', later),
    ...(collaboration ? [later('hocuspocus', imageReference(collaboration))] : []),
  ];
}
