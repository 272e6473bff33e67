import type { RegistryPort } from '../../activities/ports/registry.ts';
import { digestOf, isMissing, sizeOf } from '../cluster/images.ts';
import type { World } from '../world/index.ts';

/** A registry that has every image but the tags that the scenario misses. */
export function registryPort(world: World): RegistryPort {
  return {
    lookUp: async (reference, signal) => {
      signal.throwIfAborted();
      return world.enter((stage) =>
        isMissing(stage, reference)
          ? { found: false, why: 'missing', message: `manifest unknown: ${reference}: not found` }
          : {
              found: true,
              digest: digestOf(reference),
              sizeBytes: sizeOf(reference),
              platforms: ['linux/amd64', 'linux/arm64'],
            },
      );
    },
  };
}
