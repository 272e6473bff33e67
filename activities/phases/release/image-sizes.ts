import { VENDOR_IMAGES } from '../../../model/appliance.ts';
import type { ImageSizes } from '../../../model/image-sizes.ts';
import { imageReference } from '../../../model/release.ts';
import type { InstallSpec } from '../../../model/site.ts';
import { PATIENCE } from '../../../model/timing.ts';
import { imageOf } from '../../../model/vendor-images.ts';
import { askedImage } from '../../image-answer.ts';
import type { PhaseContext } from '../../phase-context.ts';

/**
 * Gives how large the vendor's images are, as preflight learnt it from their registry a moment ago, or asked again. One that is
 * not told within ten seconds is left out, and all of them where the registry is not to be asked from here.
 */
export async function imageSizes({ spec, ports, signal }: PhaseContext): Promise<ImageSizes> {
  if (spec.skipImageTagValidation) return {};
  const limited = { ports, signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE.selectRelease.sizes)]) };
  const entries = await Promise.all(
    referencesIn(spec).map(async (reference): Promise<[string, number][]> => {
      try {
        const answer = await askedImage(limited, reference);
        return answer.found && answer.sizeBytes !== null ? [[reference, answer.sizeBytes]] : [];
      } catch (error) {
        signal.throwIfAborted();
        if (limited.signal.aborted) return [];
        throw error;
      }
    }),
  );
  return Object.fromEntries(entries.flat());
}

/** The images whose sizes are asked: those of the vendor, which are the large ones. */
export function referencesIn(spec: InstallSpec): string[] {
  return VENDOR_IMAGES.map((key) => imageReference(imageOf(spec, key)));
}
