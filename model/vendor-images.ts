import { VENDOR_IMAGES } from './appliance.ts';
import type { VendorImage } from './appliance.ts';
import type { Image, ReleaseManifest } from './release.ts';

/** The names of the vendor's images in flags and components. */
const NAMES = {
  algaCore: 'alga-core',
  workflowWorker: 'workflow-worker',
  emailService: 'email-service',
  temporalWorker: 'temporal-worker',
} as const satisfies Record<VendorImage, string>;

export function imageName(key: VendorImage): string {
  return NAMES[key];
}

/** The flag, without its dashes, that sets the tag of an image. */
export function tagFlag(key: VendorImage): string {
  return `${NAMES[key]}-tag`;
}

/** An ordered release, and tags that replace the release's own. */
interface Ordered {
  readonly release: Pick<ReleaseManifest, 'app'>;
  readonly imageTags: Readonly<Partial<Record<VendorImage, string>>>;
}

/** The image that an install runs. With an ordered tag it is another image, without the release's digest. */
export function imageOf({ release, imageTags }: Ordered, key: VendorImage): Image {
  const image = release.app.images[key];
  const tag = imageTags[key];
  return tag === undefined || tag === image.tag ? image : { ...image, tag, digest: null };
}

/** The tags that an install runs, by the image's key. */
export function tagsOf(ordered: Ordered): Record<string, string> {
  return Object.fromEntries(VENDOR_IMAGES.map((key) => [key, imageOf(ordered, key).tag]));
}
