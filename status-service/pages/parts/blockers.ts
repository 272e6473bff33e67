import { knownIn, saysHowToContinue } from '../../../model/advice.ts';
import { type Blocker, blockerKey } from '../../../model/blocker.ts';
import type { StatusDocument } from '../../../model/status.ts';
import { tierTitle } from '../../../model/tiers.ts';
import { html, nothing, type Html } from '../html.ts';
import { advice, commands } from '../prose.ts';
import { mark } from '../shapes.ts';
import { clock, since } from '../time.ts';
import { continues } from '../words.ts';

/** The first one tells most; what only repeats it is folded away. */
const EVIDENCE_IN_SIGHT = 1;
/** Nobody reads forty cards, and a phone scrolls through sixty screens of them: the rest is told in short. */
const MOST_CARDS = 8;
const MOST_LINKS = 5;

function seen({ source, object, message, at }: Blocker['evidence'][number]): Html {
  return html`<li>
    <p class="from">${object} <span>(${source}${at === null ? nothing : html`, ${clock(at)}`})</span></p>
    <pre>${message}</pre>
  </li>`;
}

function evidenceOf({ evidence }: Blocker, id: string): Html {
  if (evidence.length === 0) return nothing;
  const all = [...new Map(evidence.map((one) => [`${one.object} ${one.message}`, one])).values()];
  const more = all.slice(EVIDENCE_IN_SIGHT);
  return html`<div class="evidence">
    <h4>What was seen</h4>
    <ul>
      ${all.slice(0, EVIDENCE_IN_SIGHT).map(seen)}
    </ul>
    ${
      more.length === 0
        ? nothing
        : html`<details id="${id}-more">
            <summary>${more.length} more</summary>
            <ul>
              ${more.map(seen)}
            </ul>
          </details>`
    }
  </div>`;
}

/** The id of its card inside the page. */
export function blockerId(blocker: Blocker): string {
  return `blocker-${blockerKey(blocker).replaceAll(/[^\w-]/g, '-')}`;
}

const nameOf = ({ component }: Blocker, { components }: StatusDocument): string =>
  components.find((one) => one.name === component)?.title ?? component;

/** How the install continues, where the advice does not say it. */
function continuation({ retry, advice: parts }: Blocker, document: StatusDocument): Html {
  const known = knownIn(parts);
  const how = continues(retry);
  if (how === null || (known && saysHowToContinue(known))) return nothing;
  return html`<p class="retry">${advice({ advice: how, nextAction: null }, document)}</p>`;
}

function card(blocker: Blocker, document: StatusDocument): Html {
  const { code, title, tier, severity, loginBlocking, reason, since: from } = blocker;
  const id = blockerId(blocker);
  const name = nameOf(blocker, document);
  return html`<article
    class="card blocker ${severity === 'error' ? 'bad' : 'warn'}"
    id="${id}"
    aria-labelledby="${id}-title"
  >
    <header>
      ${mark(severity === 'error' ? 'bad' : 'warn')}
      <div>
        <h3 id="${id}-title">${title}</h3>
        <p class="facts">
          ${tierTitle(tier) === name ? name : html`${tierTitle(tier)}: ${name}`}.
          ${loginBlocking ? html`<strong>Login is not possible until this is fixed.</strong>` : 'This does not block login.'}
          For ${since(from, document.timestamp)}.
        </p>
      </div>
    </header>
    <p>${reason}</p>
    <div class="action">
      <h4>What to do</h4>
      <p>${advice(blocker, document)}</p>
      ${commands(blocker, document)} ${continuation(blocker, document)}
    </div>
    ${evidenceOf(blocker, id)}
    <p class="code">Code: <code>${code}</code></p>
  </article>`;
}

function inShort(causes: readonly Blocker[], document: StatusDocument): Html {
  if (causes.length === 0) return nothing;
  return html`<section class="card" aria-labelledby="more-blockers">
    <h3 id="more-blockers">${causes.length} more blockers</h3>
    <ul class="sources">
      ${causes.map(
        (blocker) =>
          html`<li id="${blockerId(blocker)}">
            ${mark(blocker.severity === 'error' ? 'bad' : 'warn')} <strong>${blocker.title}</strong>
            <span class="facts">${nameOf(blocker, document)}, <code>${blocker.code}</code></span>
            <p>${advice(blocker, document)}</p>
          </li>`,
      )}
    </ul>
  </section>`;
}

/** List items that link to the most serious blockers, and how many more there are. */
export function causeLinks(causes: readonly Blocker[]): Html {
  const more = causes.length - MOST_LINKS;
  return html`${causes
    .slice(0, MOST_LINKS)
    .map(
      (blocker) => html`<li><a href="#${blockerId(blocker)}">${blocker.title}</a></li>`,
    )}${more > 0 ? html`<li><a href="#blockers">${more} more</a></li>` : nothing}`;
}

/** Most serious first, in the order of the document; nothing without blockers. */
export function blockers(document: StatusDocument): Html {
  const { topBlockers } = document;
  if (topBlockers.length === 0) return nothing;
  const title = topBlockers.length === 1 ? 'Blocker' : `Blockers (${topBlockers.length})`;
  return html`<section aria-labelledby="blockers">
    <h2 id="blockers">${title}</h2>
    ${topBlockers.slice(0, MOST_CARDS).map((blocker) => card(blocker, document))}${inShort(topBlockers.slice(MOST_CARDS), document)}
  </section>`;
}

/** In short, with links to the cards on the first page. */
export function blockerLinks(document: StatusDocument): Html {
  const { topBlockers } = document;
  if (topBlockers.length === 0) return html`<p class="facts">No known blockers.</p>`;
  return html`<ul class="sources">
    ${topBlockers.map(
      (blocker) =>
        html`<li>
          ${mark(blocker.severity === 'error' ? 'bad' : 'warn')} <a href="/#${blockerId(blocker)}">${blocker.title}</a>
          <span class="facts">${nameOf(blocker, document)}, <code>${blocker.code}</code></span>
        </li>`,
    )}
  </ul>`;
}
