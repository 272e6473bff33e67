import type { StatusDocument } from '../../../model/status.ts';
import { html, nothing, type Html } from '../html.ts';
import { mark } from '../shapes.ts';
import { clock, since } from '../time.ts';

/** What a person calls a source. */
export const SOURCE_NAMES: Readonly<Record<StatusDocument['sources'][number]['source'], string>> = {
  kubernetes: 'The Kubernetes API',
  talos: 'Talos',
  login: 'The login page of Alga PSA',
  install: 'The install',
  logs: 'The logs',
};

/** Shown while the document is not current: since when, and which source does not answer. */
export function staleNotice({ stale, sources, timestamp }: StatusDocument): Html {
  if (!stale) return nothing;
  const missing = sources.filter(({ stale: isOld, error }) => isOld || error !== null);
  const lines = missing.map(
    ({ source, observedAt, error }) =>
      html`<li>
        <strong>${SOURCE_NAMES[source]}</strong> ${
          observedAt === null
            ? 'has not answered yet'
            : html`last answered ${since(observedAt, timestamp)} ago, at ${clock(observedAt)}`
        }${error === null ? '.' : html`: <span class="verbatim">${error}</span>`}
      </li>`,
  );
  const isOld = missing.some(({ observedAt }) => observedAt !== null);
  return html`<section class="notice" aria-labelledby="stale">
    ${mark('warn')}
    <div>
      <h2 id="stale">${isOld ? 'Last known state, not the current one' : 'No state is known yet'}</h2>
      <p>
        ${isOld ? 'The state below is as last seen. It is updated automatically when a source answers again.' : 'This page is updated automatically when a source answers.'}
      </p>
      <ul>
        ${lines}
      </ul>
    </div>
  </section>`;
}
