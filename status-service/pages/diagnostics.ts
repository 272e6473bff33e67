import type { DeliveryRow, Details } from '../../model/page.ts';
import type { StatusDocument } from '../../model/status.ts';
import { TIER_TITLES } from '../../model/tiers.ts';
import { STATE_WORDS } from '../../model/state-words.ts';
import { supportBundle } from '../document/support-bundle.ts';
import type { Picture } from '../picture.ts';
import { html, nothing, type Html } from './html.ts';
import { layout } from './layout.ts';
import { blockerLinks } from './parts/blockers.ts';
import { events } from './parts/events.ts';
import { podTable } from './parts/pods.ts';
import { SOURCE_NAMES, staleNotice } from './parts/stale.ts';
import { state, table } from './parts/table.ts';
import { copyable } from './prose.ts';
import { clock, since } from './time.ts';
import { COMPONENT_LOOKS, DELIVERY_LOOKS } from './words.ts';

const MOST_PODS = 40;
const MOST_EVENTS = 20;

function components({ components: parts }: StatusDocument): Html {
  if (parts.length === 0) return html`<p class="facts">No components are known yet.</p>`;
  return table(
    'Components of the appliance',
    [
      { title: 'Component', cell: ({ title }) => title },
      { title: 'Tier', cell: ({ tier }) => TIER_TITLES[tier] },
      { title: 'State', cell: ({ status }) => state(COMPONENT_LOOKS[status]) },
      {
        title: 'Ready',
        cell: ({ ready, desired }) => (ready === null || desired === null ? '' : `${ready} of ${desired}`),
      },
      { title: 'Details', cell: ({ message }) => message },
      { title: 'Image', cell: ({ image }) => (image === null ? '' : html`<span class="verbatim">${image}</span>`) },
    ],
    parts,
  );
}

function deliveries(caption: string, rows: readonly DeliveryRow[], now: string): Html {
  if (rows.length === 0) return html`<p class="facts">None found yet.</p>`;
  return table(
    caption,
    [
      { title: 'Name', cell: ({ kind, name }) => html`${name} <span class="facts">${kind}</span>` },
      {
        title: 'State',
        cell: ({ health, since: from }) =>
          html`${state(DELIVERY_LOOKS[health])}${from === null ? nothing : html` <span class="for">for ${since(from, now)}</span>`}`,
      },
      {
        title: 'Revision',
        cell: ({ revision }) => (revision === null ? '' : html`<span class="verbatim">${revision}</span>`),
      },
      { title: 'Message', cell: ({ message }) => message },
    ],
    rows,
  );
}

function sources({ sources: list, timestamp }: StatusDocument): Html {
  return html`<ul class="sources">
    ${list.map(
      ({ source, observedAt, stale, error, partial }) =>
        html`<li>
          ${state(stale || error !== null ? { shape: 'warn', words: SOURCE_NAMES[source] } : { shape: 'good', words: SOURCE_NAMES[source] })}
          <span class="facts"
            >${observedAt === null ? 'has not answered' : html`answered ${partial ? 'in part ' : ''}${since(observedAt, timestamp)} ago, at ${clock(observedAt)}`}${error === null ? nothing : html`: <span class="verbatim">${error}</span>`}</span
          >
        </li>`,
    )}
  </ul>`;
}

function setup({ bootstrap: { job, state: how, logs, seed } }: StatusDocument): Html {
  return html`<p>
      ${job === null ? 'No job found.' : html`Job <span class="verbatim">${job}</span>: ${how}.`}
      ${seed.usersCount === null ? '' : `Users in the database: ${seed.usersCount}.`}
    </p>
    ${logs.length > 0 ? html`<pre>${logs.join('\n')}</pre>` : nothing}`;
}

const section = (id: string, title: string, body: Html): Html =>
  html`<section class="card" aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    ${body}
  </section>`;

function delivery({ flux, helm }: Details, now: string): Html {
  return html`${section('flux', 'Flux', deliveries('Sources and Kustomizations of Flux', flux, now))}
  ${section('helm', 'Helm releases', deliveries('Helm releases', helm, now))}`;
}

function pods({ pods: all }: Details, now: string): Html {
  const hidden = all.length - MOST_PODS;
  return html`${podTable(all.slice(0, MOST_PODS), now)}${hidden > 0 ? html`<p><a href="/pods">${hidden} more pods</a></p>` : nothing}`;
}

/** Where there is no snapshot to hand on, the client tells the same. */
function support({ document: { siteId }, snapshot }: Picture): Html {
  if (snapshot === null)
    return html`<p>The client explains from the same sources what caused what:</p>
      <p>${copyable(`appliance-client diagnose --explain --site ${siteId}`)}</p>`;
  const bundle = supportBundle(siteId);
  return html`<p><a href="${bundle.snapshot}" download>Download the snapshot</a>. ${bundle.note}</p>
    <p>${copyable(bundle.command)}</p>`;
}

export function diagnosticsPage(picture: Picture, withoutDetails: string): Html {
  const { document, details } = picture;
  const now = document.timestamp;
  return layout({
    title: 'Diagnostics',
    path: '/diagnostics',
    document,
    live: 'events',
    announcement: `${STATE_WORDS[document.rollup.state]}. ${document.topBlockers.length} ${document.topBlockers.length === 1 ? 'blocker' : 'blockers'}.`,
    main: html`<h1>Diagnostics</h1>
      ${staleNotice(document)}${section('blockers', 'Blockers', blockerLinks(document))}
      ${section('parts', 'Components of the appliance', components(document))}
      ${section('pods', 'Pods', details === null ? html`<p class="facts">${withoutDetails}</p>` : pods(details, now))}
      ${details === null ? nothing : delivery(details, now)} ${section('setup', 'Database setup', setup(document))}
      ${events(document, MOST_EVENTS)} ${section('sources', 'Sources', sources(document))}
      ${section('support', 'For support', support(picture))}`,
  });
}
