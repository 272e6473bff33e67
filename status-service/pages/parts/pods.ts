import type { PodRow } from '../../../model/page.ts';
import { html, nothing, type Html } from '../html.ts';
import { since } from '../time.ts';
import { POD_LOOKS } from '../words.ts';
import { state, table } from './table.ts';

/** Takes a pod, gives the address of its log. */
export function logUrl({ namespace, name }: PodRow): string {
  return `/pods/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
}

/** Takes pods, gives them as a table with a way to their logs. */
export function podTable(pods: readonly PodRow[], now: string): Html {
  return table(
    'Pods, those that need attention first',
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
      { title: 'Restarts', cell: ({ restarts }) => String(restarts) },
      { title: 'Age', cell: ({ createdAt }) => (createdAt === null ? '' : since(createdAt, now)) },
      { title: 'Log', cell: (pod) => html`<a href="${logUrl(pod)}">Log<span class="sr"> of ${pod.name}</span></a>` },
    ],
    pods,
  );
}
