import { z } from 'zod';
import { podRow, type PodRow } from './page.ts';

/** A pod in `pods -o json`: the page's row, with the field names of clients up to 0.1.0. */
export const podItem = podRow.omit({ componentName: true }).extend({
  /** The component's name, such as `db`. */
  component: z.string().nullable(),
  /** Ready containers of all, as `1/2`. */
  ready: z.string(),
});
export type PodListItem = Readonly<z.infer<typeof podItem>>;

/** The output of `pods -o json`. */
export const podList = z
  .array(podItem)
  .describe('Those that need attention first. New after 0.1.0: health, initContainers.');

export function podListItem({ componentName, ready, ...row }: PodRow): PodListItem {
  return { ...row, component: componentName, ready: `${ready}/${row.containers.length}` };
}
