import type { Picture } from '../picture.ts';
import { html, nothing, type Html } from './html.ts';
import { layout } from './layout.ts';
import { podTable } from './parts/pods.ts';
import { staleNotice } from './parts/stale.ts';

const ON_A_PAGE = 100;

/** `wanted` counts pages from 1. */
export function podsPage({ document, details }: Picture, withoutDetails: string, wanted: number): Html {
  const pods = details?.pods ?? [];
  const pages = Math.max(1, Math.ceil(pods.length / ON_A_PAGE));
  const page = Math.min(Math.max(1, wanted), pages);
  const link = (to: number, words: string): Html =>
    to < 1 || to > pages ? nothing : html`<li><a href="/pods?page=${to}">${words}</a></li>`;
  return layout({
    title: 'Pods',
    path: null,
    document,
    live: 'events',
    announcement: '',
    main: html`<h1>Pods</h1>
      ${staleNotice(document)}
      <section class="card">
        ${details === null ? html`<p class="facts">${withoutDetails}</p>` : podTable(pods.slice((page - 1) * ON_A_PAGE, page * ON_A_PAGE), document.timestamp)}
        ${
          pages > 1
            ? html`<nav aria-label="More pods">
                <ul class="pager">
                  ${link(page - 1, 'Previous')}
                  <li>Page ${page} of ${pages}</li>
                  ${link(page + 1, 'Next')}
                </ul>
              </nav>`
            : nothing
        }
      </section>`,
  });
}
