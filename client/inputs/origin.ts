import type { ReleaseManifest, ReleaseOrigin } from '../../model/release.ts';
import { imageName } from '../../model/vendor-images.ts';
import { VENDOR_IMAGES } from '../../model/appliance.ts';

/** Takes where a release came from, gives it in a few words. */
export function originText({ reference, importedAt }: ReleaseOrigin): string {
  return `imported from ${reference}, ${importedAt.slice(0, 10)}`;
}

/** Takes a release, gives what whoever installs it should know of where it came from; nothing of one of this client. */
export function originNotes({
  releaseVersion,
  origin,
  app,
}: Pick<ReleaseManifest, 'releaseVersion' | 'origin' | 'app'>): string[] {
  if (!origin) return [];
  return [
    `Release ${releaseVersion} was ${originText(origin)}, on the base of ${origin.base}.`,
    ...VENDOR_IMAGES.flatMap((key) => {
      const like = origin.assumed[key];
      const tag = app.images[key].tag;
      return like === undefined
        ? []
        : [
            `${imageName(key)} ${tag}: what this image can do is not known here; whoever imported it said that it is like that of ${like}.`,
          ];
    }),
  ];
}
