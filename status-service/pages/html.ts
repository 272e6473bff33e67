import { html as template } from 'hono/html';
import { plainText } from './plain-text.ts';

/** A piece of a page. */
export type Html = ReturnType<typeof template>;

/** A piece of a page is an object; a text is not, and may have come from anywhere. */
const shown = (value: unknown): unknown => {
  if (typeof value === 'string') return plainText(value);
  return Array.isArray(value) ? value.map(shown) : value;
};

/** Every value is escaped and made plain text, unless it is a piece of a page itself. */
export function html(strings: TemplateStringsArray, ...values: readonly unknown[]): Html {
  return template(strings, ...values.map(shown));
}

/** Nothing. */
export const nothing: Html = html``;
