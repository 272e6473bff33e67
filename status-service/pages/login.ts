import { html, nothing, type Html } from './html.ts';
import { frame } from './layout.ts';
import { copyable } from './prose.ts';

/** `path` is where the person wanted to go; the form sends them there. */
export function loginPage({
  message,
  isError,
  path,
}: {
  readonly message: string;
  readonly isError: boolean;
  readonly path: string;
}): Html {
  return frame({
    title: 'Sign in · Alga PSA appliance',
    head: nothing,
    body: html`<body class="narrow">
      <main id="main">
        <h1>Alga PSA appliance</h1>
        <p id="why" class="${isError ? 'problem' : 'lead'}" ${isError ? html`role="alert"` : nothing}>${message}</p>
        <form method="post" action="/session" class="card">
          <label for="token">Token of the status page</label>
          <input
            id="token"
            name="token"
            type="password"
            autocomplete="current-password"
            required
            autofocus
            spellcheck="false"
            aria-describedby="why where"
          />
          <input type="hidden" name="path" value="${path}" />
          <button type="submit" class="primary">Show the status</button>
        </form>
        <div id="where">
          <p>To show the token, run on the machine that installed the appliance:</p>
          <p>${copyable('appliance-client token show')}</p>
        </div>
        <p>Opened a link with a token? <a href="${path}">Reload the page</a>.</p>
      </main>
    </body>`,
  });
}
