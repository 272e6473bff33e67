import type { PodRow } from '../../../model/page.ts';
import { POD_COLUMNS } from '../../../model/pod-columns.ts';
import { html, nothing, type Html } from '../html.ts';
import { since } from '../time.ts';
import { POD_LOOKS } from '../words.ts';
import { state, table } from './table.ts';
import type { Column } from './table.ts';

/** The address of its log. */
export function logUrl({ namespace, name }: PodRow): string {
  return `/pods/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
}

export function podTable(pods: readonly PodRow[], now: string): Html {
  return table(
    'Pods that need attention first',
    [
      {
        title: 'Pod',
        cell: ({ component, namespace, name }) =>
          html`${component === null ? nothing : html`${component} `}<span class="verbatim">${namespace}/${name}</span>`,
      },
      {
        title: 'State',
        cell: ({ health, state: seen, message }) =>
          html`${state(POD_LOOKS[health], seen)}${message ? html`<span class="told">${message}</span>` : nothing}`,
      },
      { title: 'Ready', cell: ({ ready, containers }) => `${ready} of ${containers.length}` },
      ...POD_COLUMNS.map(({ key, title, as }): Column<PodRow> => ({
        title,
        cell: ({ [key]: value }) => {
          if (value === null) return '';
          return as === 'age' ? since(String(value), now) : String(value);
        },
      })),
      { title: 'Log', cell: (pod) => html`<a href="${logUrl(pod)}">Log<span class="sr"> of ${pod.name}</span></a>` },
    ],
    pods,
  );
}
