import type { StatusDocument } from '../../model/status.ts';
import { assetUrl } from '../assets/files.ts';
import { html, nothing, type Html } from './html.ts';
import { sprite } from './shapes.ts';
import { clock } from './time.ts';

/** Without the script a page is loaded again this often. */
const RELOAD_S = 15;

export interface Page {
  readonly title: string;
  readonly path: '/' | '/diagnostics' | null;
  readonly document: StatusDocument;
  /** `events`: renewed at each difference. `poll`: renewed every few seconds while the reader wants it. */
  readonly live: 'events' | 'poll';
  /** Said aloud when it changes, and only then. */
  readonly announcement: string;
  readonly main: Html;
}

const PLACES = [
  { path: '/', title: 'Status' },
  { path: '/diagnostics', title: 'Diagnostics' },
] as const;

export function layout({ title, path, document, live, announcement, main }: Page): Html {
  const { siteId, timestamp, release } = document;
  const link = (place: (typeof PLACES)[number]): Html =>
    html`<li>
      <a href="${place.path}" ${place.path === path ? html`aria-current="page"` : nothing}>${place.title}</a>
    </li>`;
  const version = release.selectedReleaseVersion;
  return frame({
    title: `${title} · ${siteId} · Alga PSA appliance`,
    head: html`<noscript><meta http-equiv="refresh" content="${RELOAD_S}" /></noscript>
      <script src="${assetUrl('page.js')}" defer></script>`,
    body: html`<body data-now="${timestamp}" data-live="${live}" data-stale="${String(document.stale)}">
      ${sprite}
      <a class="skip" href="#main">Skip to the content</a>
      <header class="bar">
        <p class="brand"><span class="product">Alga PSA appliance</span><span class="site">${siteId}</span></p>
        <nav aria-label="Pages">
          <ul>
            ${PLACES.map(link)}
          </ul>
        </nav>
        <p class="live" id="live" data-connection="none">
          <span class="dot" aria-hidden="true"></span><span id="live-words">As of ${clock(timestamp)}</span>
        </p>
      </header>
      <main id="main" tabindex="-1">${main}</main>
      <p id="announce" class="sr" role="status" data-words="${announcement}"></p>
      <footer>
        <p>
          ${version === null ? nothing : html`Release ${version}${release.channel ? ` (${release.channel})` : ''}. `}For
          programs: <a href="/api/status">/api/status</a>, <a href="/api/diagnostics">/api/diagnostics</a>,
          <a href="/metrics">/metrics</a>
        </p>
        <form method="post" action="/session/end"><button type="submit" class="quiet">Sign out</button></form>
      </footer>
    </body>`,
  });
}

/** The HTML around every page, with or without a session. */
export function frame({
  title,
  head,
  body,
}: {
  readonly title: string;
  readonly head: Html;
  readonly body: Html;
}): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        <link rel="stylesheet" href="${assetUrl('page.css')}" />
        <link rel="icon" href="${assetUrl('icon.svg')}" type="image/svg+xml" />
        ${head}
      </head>
      ${body}
    </html> `;
}
