import type { StatusDocument } from '../../../model/status.ts';
import { html, type Html } from '../html.ts';
import { mark } from '../shapes.ts';
import { clock } from '../time.ts';

export function events({ recentEvents }: StatusDocument, most: number): Html {
  const rows = recentEvents.slice(0, most).map(
    ({ at, type, reason, object, message, count }) =>
      html`<li class="${type.toLowerCase()}">
        ${mark(type === 'Warning' ? 'warn' : 'pending')}
        <div>
          <p class="head">
            ${at === null ? '' : clock(at)}
            <strong>${reason}</strong
            >${type === 'Warning' ? html`<span class="sr"> (warning)</span>` : ''}${count > 1 ? html` <span class="facts">${count} times</span>` : ''}
          </p>
          <p class="object">${object}</p>
          <p class="told">${message}</p>
        </div>
      </li>`,
  );
  return html`<section class="card" aria-labelledby="events">
    <h2 id="events">Recent events</h2>
    ${
      rows.length === 0
        ? html`<p class="facts">No events found.</p>`
        : html`<ol class="events">
            ${rows}
          </ol>`
    }
  </section>`;
}
