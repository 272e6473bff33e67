import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

/** The values that the simulated charts read; everything else of the installer's values is taken as right. */
const image = z.object({ repository: z.string(), tag: z.string() });
const values = z.object({
  images: z.object({ server: image.optional(), worker: image.optional(), hocuspocus: image.optional() }).optional(),
  hocuspocus: z.object({ enabled: z.boolean().optional() }).optional(),
  bootstrap: z.object({ mode: z.string().optional(), installId: z.string().optional() }).optional(),
});
export type ChartValues = z.infer<typeof values>;

/** Several YAML documents: a later one overrides an earlier one. */
export function readValues(text: string): ChartValues {
  return parseAllDocuments(text)
    .map((document) => values.safeParse(document.toJS() ?? {}))
    .reduce<ChartValues>((all, { data }) => ({ ...all, ...data }), {});
}

/** Gives an image's reference, or the fallback where the values name none. */
export function referenceOf(value: { repository: string; tag: string } | undefined, fallback: string): string {
  return value ? `${value.repository}:${value.tag}` : fallback;
}
