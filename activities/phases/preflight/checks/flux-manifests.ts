import { passed } from '../check.ts';
import type { Check } from '../check.ts';

/** Flux's own manifests of the release's version can be had here, with the release's digest. */
export const fluxManifests: Check = {
  id: 'flux-manifests',
  title: "Flux's manifests",
  group: 'release',
  timeoutMs: 3 * 60_000,
  run: async (look) => {
    const { release, fluxManifests: file } = look.spec;
    const objects = await look.ports.manifests.flux(release, file, look.signal);
    return passed(`Flux ${release.flux.version}, ${objects.length} objects${file === null ? '' : ` from ${file}`}`);
  },
};
