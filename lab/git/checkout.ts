import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { WantedFault } from '../faults.ts';
import { makeOld } from './old-charts.ts';
import { commitCheckout } from './repository.ts';

export const BRANCHES = { release: 'release/1.0', main: 'main' } as const;

/** Puts this checkout into the repository that is served, as the faults want it: without its branch, broken, or with old charts. */
export async function serveCheckout(repository: string, faults: readonly WantedFault[]): Promise<void> {
  const fault = faults.find(({ branch }) => branch)?.branch;
  if (fault === 'missing') {
    await rm(repository, { recursive: true, force: true });
    await commitCheckout(repository, [BRANCHES.main]);
    return;
  }
  await commitCheckout(repository, [BRANCHES.release, BRANCHES.main], async (folder) => {
    for (const { chart } of faults) if (chart) await makeOld(chart, folder);
    const broken = 'kind: Kustomization\nresources: [missing.yaml]\n';
    if (fault === 'broken')
      await writeFile(path.join(folder, 'flux/profiles/talos-single-node/kustomization.yaml'), broken);
  });
}
