import { z } from 'zod';

/** Bytes that a pull transfers (the compressed layers), by the image's reference. */
export type ImageSizes = Readonly<Record<string, number>>;

/** Key of `appliance-release-selection` that holds them. An older reader ignores it; without it no size is shown. */
export const IMAGE_SIZES_KEY = 'imageSizes';

const MOST_IMAGES = 32;
/** No image is larger: such an answer is a mistake. */
const LARGEST_BYTES = 1e12;

const sizes = z.record(z.string().max(512), z.number().int().positive().max(LARGEST_BYTES));

/** One line of JSON, as it is stored in the ConfigMap. */
export function writtenSizes(known: ImageSizes): string {
  return JSON.stringify(Object.fromEntries(Object.entries(known).slice(0, MOST_IMAGES)));
}

/** The sizes in the ConfigMap's text; none if it cannot be read. */
export function sizesIn(text: string | undefined): ImageSizes {
  try {
    return sizes.safeParse(JSON.parse(text ?? '{}')).data ?? {};
  } catch {
    return {};
  }
}

/** Bytes of an image as the node names it, also through a mirror and by digest; null when unknown. */
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
