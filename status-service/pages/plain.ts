import { html, nothing, type Html } from './html.ts';
import { frame } from './layout.ts';

/** A page with one sentence, such as an error. */
export function plainPage({ title, message }: { readonly title: string; readonly message: string }): Html {
  return frame({
    title: `${title} · Alga PSA appliance`,
    head: nothing,
    body: html`<body class="narrow">
      <main id="main">
        <h1>${title}</h1>
        <p class="lead">${message}</p>
        <p><a href="/">Show the status</a></p>
      </main>
    </body>`,
  });
}
