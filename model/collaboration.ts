import { imageFromReference } from './release.ts';
import type { Image, ReleaseManifest } from './release.ts';

/** The part of a spec that collaborative editing (Hocuspocus) hangs on. */
interface Ordered {
  readonly release: Pick<ReleaseManifest, 'app' | 'releaseVersion'>;
  readonly collaboration?: boolean | undefined;
  readonly collaborationImage?: string | undefined;
}

/** Takes a spec, gives the image of collaborative editing: the one that was ordered, or the release's; null where it is off. */
export function collaborationImageOf({ release, collaboration, collaborationImage }: Ordered): Image | null {
  if (!collaboration) return null;
  if (collaborationImage !== undefined) return imageFromReference(collaborationImage);
  return release.app.images.hocuspocus ?? null;
}

/** Takes a spec, gives why its collaborative editing cannot be had, or null. The chart, too, refuses an image without a tag. */
export function collaborationFault({ release, collaboration, collaborationImage }: Ordered): string | null {
  const isThere = collaborationImage !== undefined || release.app.images.hocuspocus !== undefined;
  if (!collaboration || isThere) return null;
  return `release ${release.releaseVersion} names no image of collaborative editing: name one that the node can pull with --collaboration-image, or leave --collaboration out`;
}
