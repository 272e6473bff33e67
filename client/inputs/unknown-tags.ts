import { VENDOR_IMAGES } from '../../model/appliance.ts';
import { knownCapabilities } from '../../model/capabilities.ts';
import type { InstallSpec } from '../../model/site.ts';
import { tagFlag } from '../../model/vendor-images.ts';

/** Takes a spec, gives a line for every tag in it that takes the place of the release's own and that nobody here knows. */
export function unknownTagNotes({ imageTags, release }: InstallSpec): string[] {
  return VENDOR_IMAGES.flatMap((key) => {
    const tag = imageTags[key];
    const own = release.app.images[key].tag;
    if (tag === undefined || tag === own || knownCapabilities(key, tag)) return [];
    return [
      `--${tagFlag(key)} ${tag}: what this image can do is not known here; it is treated like ${own} of release ${release.releaseVersion}.`,
    ];
  });
}
