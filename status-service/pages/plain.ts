import { html, nothing, type Html } from './html.ts';
import { frame } from './layout.ts';

/** Takes a title and a sentence, gives a page that says no more. */
export function plainPage({ title, message }: { readonly title: string; readonly message: string }): Html {
  return frame({
    title: `${title} · Alga PSA appliance`,
    head: nothing,
    body: html`<body class="narrow">
      <main id="main">
        <h1>${title}</h1>
        <p class="lead">${message}</p>
        <p><a href="/">To the status</a></p>
      </main>
    </body>`,
  });
}
