import { imageFromReference } from './release.ts';
import type { Image, ReleaseManifest } from './release.ts';

/** The part of a spec that collaborative editing (Hocuspocus) depends on. */
interface Ordered {
  readonly release: Pick<ReleaseManifest, 'app' | 'releaseVersion'>;
  readonly collaboration?: boolean | undefined;
  readonly collaborationImage?: string | undefined;
}

/** The image of collaborative editing: the ordered one, or the release's; null if it is off. */
export function collaborationImageOf({ release, collaboration, collaborationImage }: Ordered): Image | null {
  if (!collaboration) return null;
  if (collaborationImage !== undefined) return imageFromReference(collaborationImage);
  return release.app.images.hocuspocus ?? null;
}

/** Why collaborative editing cannot be installed, or null. The chart, too, refuses an image without a tag. */
export function collaborationFault({ release, collaboration, collaborationImage }: Ordered): string | null {
  const isThere = collaborationImage !== undefined || release.app.images.hocuspocus !== undefined;
  if (!collaboration || isThere) return null;
  return `release ${release.releaseVersion} has no image for collaborative editing: name one that the node can pull with --collaboration-image, or omit --collaboration`;
}
