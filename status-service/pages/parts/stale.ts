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

/** Takes a document, gives the word of warning when it is not the present: since when, and who does not answer. */
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
      <h2 id="stale">${isOld ? 'Last known state, not the current one' : 'Nothing has been seen yet'}</h2>
      <p>
        ${isOld ? 'What stands below is as it was last seen. It is renewed by itself as soon as there is an answer.' : 'The page fills by itself as soon as there is an answer.'}
      </p>
      <ul>
        ${lines}
      </ul>
    </div>
  </section>`;
}
