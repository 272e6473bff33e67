import type { StatusDocument } from '../../../model/status.ts';
import { STATE_WORDS } from '../../../model/state-words.ts';
import { html, nothing, type Html } from '../html.ts';
import { advice, commands } from '../prose.ts';
import { mark } from '../shapes.ts';
import { ROLLUP_SHAPES } from '../words.ts';

/** An address from a document becomes a link only when it is one of the web. */
const isWeb = (url: string) => /^https?:\/\//i.test(url);

function door({ urls, tiers, rollup }: StatusDocument): Html {
  const { loginUrl } = urls;
  if (loginUrl === null || !isWeb(loginUrl)) return nothing;
  if (tiers.login.ready) return html`<p class="door"><a class="primary" href="${loginUrl}">Open Alga PSA</a></p>`;
  if (tiers.login.status === 'unknown' && rollup.state !== 'installing')
    return html`<p class="door later">Alga PSA: <a class="verbatim" href="${loginUrl}">${loginUrl}</a></p>`;
  return html`<p class="door later">Alga PSA will be at <span class="verbatim">${loginUrl}</span></p>`;
}

/** The state in one sentence, and what to do. */
export function hero(document: StatusDocument): Html {
  const { rollup, topBlockers } = document;
  const shape = ROLLUP_SHAPES[rollup.state];
  // A blocker below says it with its evidence: it is not said twice.
  const saidBelow = topBlockers.some(({ nextAction }) => nextAction === rollup.nextAction);
  const next =
    rollup.nextAction === null || saidBelow
      ? nothing
      : html`<p class="next">${advice(rollup, document)}</p>
          ${commands(rollup, document)}`;
  return html`<section class="hero ${shape}" aria-labelledby="state">
    ${mark(shape, 'large')}
    <div>
      <h1 id="state">${STATE_WORDS[rollup.state]}</h1>
      <p class="message">${rollup.message}</p>
      ${next}
    </div>
    ${door(document)}
  </section>`;
}
