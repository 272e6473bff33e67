import type { Blocker } from '../../../model/blocker.ts';
import type { ComponentStatus, StatusDocument } from '../../../model/status.ts';
import { TIER_TITLES, type TierId, TIERS } from '../../../model/tiers.ts';
import { html, nothing, type Html } from '../html.ts';
import { mark } from '../shapes.ts';
import { since } from '../time.ts';
import { COMPONENT_LOOKS, tierLook } from '../words.ts';
import { causeLinks } from './blockers.ts';

function component({ title, status, message }: ComponentStatus): Html {
  const look = COMPONENT_LOOKS[status];
  const isQuiet = status === 'ready' || status === 'absent' || status === 'unknown';
  return html`<li class="${status}">
    ${mark(look.shape)}<span
      >${title}<span class="${isQuiet ? 'sr' : 'how'}">: ${isQuiet ? look.words : message || look.words}</span></span
    >
  </li>`;
}

/** What holds a tier up: its own blockers, and for a failed one that has none of its own, those of the others. */
function whyNot(id: TierId, { tiers: all, topBlockers }: StatusDocument): readonly Blocker[] {
  if (all[id].ready) return [];
  const own = topBlockers.filter(({ tier: where }) => where === id);
  if (own.length > 0 || all[id].status !== 'failed') return own;
  return topBlockers.filter(({ severity }) => severity === 'error');
}

/** A blocker says more than the tier's own words, which only tell what is not there yet. */
function because(blockers: readonly Blocker[]): Html {
  return html`<ul class="why">
    ${causeLinks(blockers)}
  </ul>`;
}

function tier(id: TierId, document: StatusDocument): Html {
  const { status, since: from, message } = document.tiers[id];
  const look = tierLook(status);
  const own = document.components.filter((one) => one.tier === id);
  // A tier of one component shows what the component would show.
  const isSaidBelow = own.some((one) => one.status !== 'ready' && message === `${one.title}: ${one.message}`);
  const isOneAndSame = own.length === 1 && own[0]?.title === TIER_TITLES[id];
  const why = whyNot(id, document);
  return html`<li class="tier ${look.shape}">
    ${mark(look.shape)}
    <div>
      <h3>${TIER_TITLES[id]}</h3>
      <p class="state">
        <strong>${look.words}</strong
        >${from === null ? nothing : html` <span class="for">for ${since(from, document.timestamp)}</span>`}
      </p>
      ${why.length > 0 ? because(why) : nothing}
      ${why.length === 0 && message && status !== 'ready' && !isSaidBelow ? html`<p class="facts">${message}</p>` : nothing}
      ${
        own.length === 0 || isOneAndSame || own.every((one) => one.status === 'unknown')
          ? nothing
          : html`<ul class="components">
              ${own.map(component)}
            </ul>`
      }
    </div>
  </li>`;
}

/** From platform up, each tier with its components. */
export function tiers(document: StatusDocument): Html {
  return html`<section class="card" aria-labelledby="tiers">
    <h2 id="tiers">
      Components${document.stale && document.observedAt !== null ? html` <span class="as-seen">as last seen</span>` : nothing}
    </h2>
    <ol class="tiers">
      ${TIERS.map((id) => tier(id, document))}
    </ol>
  </section>`;
}
