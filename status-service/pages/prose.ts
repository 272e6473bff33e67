import { html, nothing, type Html } from './html.ts';

/** A command is more than one word, or the name of a file would be offered for running. */
const isCommand = (code: string) => /^[\w./~-]+\s+\S/.test(code);

/** Takes a text with `code` in it, gives it with code as code. */
export function prose(text: string): Html {
  return html`${text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}

/** Takes a text, gives the commands in it, each ready to be copied. */
export function commands(text: string): Html {
  const found = text.split('`').filter((part, index) => index % 2 === 1 && isCommand(part));
  if (found.length === 0) return nothing;
  return html`<ul class="commands">
    ${[...new Set(found)].map((command) => html`<li>${copyable(command)}</li>`)}
  </ul>`;
}

/** Takes a command, gives it with a button that copies it where the script runs. */
export function copyable(command: string): Html {
  return html`<span class="command"
    ><code>${command}</code
    ><button type="button" data-copy hidden>
      <span aria-hidden="true">Copy</span><span class="sr">Copy the command ${command}</span>
    </button></span
  >`;
}
