import { anywhere, stretchesOf } from '../../model/render-advice.ts';
import type { Situation, Told } from '../../model/render-advice.ts';
import type { StatusDocument } from '../../model/status.ts';
import { html, nothing, type Html } from './html.ts';

/** No client runs here, and of the reader's machine nothing is known. Without an install's own word, whether it is open is not known. */
function situationOf({ siteId, install }: StatusDocument): Situation {
  if (install === null) return anywhere(siteId, 'elsewhere');
  return anywhere(siteId, ['complete', 'cancelled'].includes(install.state) ? 'over' : 'attended');
}

/** Commands and files become code. */
export function advice(told: Told, document: StatusDocument): Html {
  return html`${stretchesOf(told, situationOf(document)).map(({ is, text }) => (is === 'text' ? text : html`<code>${text}</code>`))}`;
}

/** Each command of the advice once, ready to be copied, with where to run it. */
export function commands(told: Told, document: StatusDocument): Html {
  const found = stretchesOf(told, situationOf(document)).filter(({ is }) => is === 'command');
  if (found.length === 0) return nothing;
  const distinct = [...new Set(found.map(({ text }) => text))];
  return html`<p class="facts">On the machine that installed this appliance:</p>
    <ul class="commands">
      ${distinct.map((command) => html`<li>${copyable(command)}</li>`)}
    </ul>`;
}

/** The copy button is shown only where the script runs. */
export function copyable(command: string): Html {
  return html`<span class="command"
    ><code>${command}</code
    ><button type="button" data-copy hidden>
      <span aria-hidden="true">Copy</span><span class="sr">Copy the command ${command}</span>
    </button></span
  >`;
}
