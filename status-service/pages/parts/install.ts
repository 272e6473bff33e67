import type { StatusDocument } from '../../../model/status.ts';
import { html, nothing, type Html } from '../html.ts';
import { mark } from '../shapes.ts';
import { elapsed, since } from '../time.ts';
import { phaseLook } from '../words.ts';

/** Nothing when no install is known. */
export function install({ install: told, timestamp }: StatusDocument): Html {
  if (told === null) return nothing;
  const rows = told.phases.map(({ title, state, since: from, finishedAt, id }) => {
    const look = phaseLook(state);
    const seconds = from !== null && finishedAt !== null ? (Date.parse(finishedAt) - Date.parse(from)) / 1000 : null;
    const time = seconds !== null ? elapsed(seconds) : from !== null ? since(from, timestamp) : nothing;
    return html`<li class="${state}" ${id === told.phase ? html`aria-current="step"` : nothing}>
      ${mark(look.shape)}<span class="what">${title}<span class="sr">: ${look.words}</span></span
      ><span class="for">${time}</span>
    </li>`;
  });
  return html`<section class="card" aria-labelledby="install">
    <h2 id="install">The install</h2>
    <p class="facts">Started ${since(told.startedAt, timestamp)} ago.</p>
    <ol class="phases">
      ${rows}
    </ol>
  </section>`;
}
