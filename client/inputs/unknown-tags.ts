import { VENDOR_IMAGES } from '../../model/appliance.ts';
import { knownCapabilities } from '../../model/capabilities.ts';
import type { InstallSpec } from '../../model/site.ts';
import { tagFlag } from '../../model/vendor-images.ts';

/** A line for every unknown tag that replaces the release's own. */
export function unknownTagNotes({ imageTags, release }: InstallSpec): string[] {
  return VENDOR_IMAGES.flatMap((key) => {
    const tag = imageTags[key];
    const own = release.app.images[key].tag;
    if (tag === undefined || tag === own || knownCapabilities(key, tag)) return [];
    return [
      `--${tagFlag(key)} ${tag}: the capabilities of this image are unknown; it is treated like ${own} of release ${release.releaseVersion}.`,
    ];
  });
}
