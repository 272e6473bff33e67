import { STATE_WORDS } from '../../model/state-words.ts';
import type { Picture } from '../picture.ts';
import { html, type Html } from './html.ts';
import { layout } from './layout.ts';
import { blockers } from './parts/blockers.ts';
import { events } from './parts/events.ts';
import { hero } from './parts/hero.ts';
import { install } from './parts/install.ts';
import { staleNotice } from './parts/stale.ts';
import { step } from './parts/step.ts';
import { tiers } from './parts/tiers.ts';

const MOST_EVENTS = 8;

/** The first page: state, blockers, what to do, progress. */
export function statusPage({ document }: Picture): Html {
  const words = STATE_WORDS[document.rollup.state];
  return layout({
    title: words,
    path: '/',
    document,
    live: 'events',
    announcement: `${words}. ${document.rollup.message}`,
    main: html`${staleNotice(document)}${hero(document)}${blockers(document)}
      <div class="columns">
        <div>${step(document)}${tiers(document)}</div>
        <div>${install(document)}${events(document, MOST_EVENTS)}</div>
      </div>`,
  });
}
