import { z } from 'zod';

/** Bytes that a pull brings over the line (the layers as they are stored, compressed), by the image's reference. */
export type ImageSizes = Readonly<Record<string, number>>;

/** Key of `appliance-release-selection` that holds them. A reader that does not know it reads past it; without it no size is told. */
export const IMAGE_SIZES_KEY = 'imageSizes';

const MOST_IMAGES = 32;
/** No image is larger: what claims to be is a mistake of whoever answered. */
const LARGEST_BYTES = 1e12;

const sizes = z.record(z.string().max(512), z.number().int().positive().max(LARGEST_BYTES));

/** Takes sizes, gives them as one line, as they stand in the ConfigMap. */
export function writtenSizes(known: ImageSizes): string {
  return JSON.stringify(Object.fromEntries(Object.entries(known).slice(0, MOST_IMAGES)));
}

/** Takes what the ConfigMap holds, gives the sizes in it; none where it cannot be read. */
export function sizesIn(text: string | undefined): ImageSizes {
  try {
    return sizes.safeParse(JSON.parse(text ?? '{}')).data ?? {};
  } catch {
    return {};
  }
}

/** Takes sizes and an image as the node names it, through a mirror and by digest too; gives its bytes, or null when unknown. */
export function sizeAmong(known: ImageSizes, image: string): number | null {
  const wanted = withoutDigest(image);
  const found = Object.entries(known).find(([reference]) => {
    const name = withoutDigest(reference);
    return wanted === name || wanted.endsWith(`/${name}`);
  });
  return found?.[1] ?? null;
}

function withoutDigest(reference: string): string {
  return reference.split('@')[0] ?? reference;
}
