import { PATIENCE } from '../../../../model/timing.ts';
import { blockersAtOnce } from '../../../classify.ts';
import { ManifestsError } from '../../../ports/manifests.ts';
import { askedInVain, passed } from '../check.ts';
import type { Check, Finding, Look } from '../check.ts';

/** Flux's own manifests of the release's version can be had here, with the release's digest. */
export const fluxManifests: Check = {
  id: 'flux-manifests',
  title: "Flux's manifests",
  group: 'release',
  timeoutMs: PATIENCE.checkEverything.manifests,
  run: async (look) => {
    const { release, fluxManifests: file } = look.spec;
    try {
      const objects = await look.ports.manifests.flux(release, file, look.signal);
      return passed(`Flux ${release.flux.version}, ${objects.length} objects${file === null ? '' : ` from ${file}`}`);
    } catch (error) {
      if (!(error instanceof ManifestsError && error.fault === 'dns')) throw error;
      return unresolved(look, error);
    }
  },
};

function unresolved(look: Look, error: ManifestsError): Finding {
  const at = look.ports.clock.now().toISOString();
  const evidence = { source: 'operator', object: 'Flux manifests', message: error.message, at };
  const wanted = { other: "Flux's manifests" };
  return askedInVain(
    'failed',
    { code: 'dns-resolution-failure', host: 'github.com', wanted, tier: 'platform', evidence },
    blockersAtOnce(error, look),
  );
}
