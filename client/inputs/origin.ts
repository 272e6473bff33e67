import type { ReleaseManifest, ReleaseOrigin } from '../../model/release.ts';
import { imageName } from '../../model/vendor-images.ts';
import { VENDOR_IMAGES } from '../../model/appliance.ts';

/** Source and day of an import, in a few words. */
export function originText({ reference, importedAt }: ReleaseOrigin): string {
  return `imported from ${reference}, ${importedAt.slice(0, 10)}`;
}

/** What anyone who installs an imported release should know of its source; nothing for a bundled one. */
export function originNotes({
  releaseVersion,
  origin,
  app,
}: Pick<ReleaseManifest, 'releaseVersion' | 'origin' | 'app'>): string[] {
  if (!origin) return [];
  return [
    `Release ${releaseVersion} was ${originText(origin)}, based on ${origin.base}.`,
    ...VENDOR_IMAGES.flatMap((key) => {
      const like = origin.assumed[key];
      const tag = app.images[key].tag;
      return like === undefined
        ? []
        : [
            `${imageName(key)} ${tag}: the capabilities of this image are unknown; the import declared it equal to that of ${like}.`,
          ];
    }),
  ];
}
