import { html, type Html } from '../html.ts';
import { mark } from '../shapes.ts';
import type { Look } from '../words.ts';

/** A column: its heading, and what stands below it. */
export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => Html | string;
}

export function state({ shape, words }: Look, more = ''): Html {
  return html`<span class="state">${mark(shape)}${more || words}</span>`;
}

/** On a phone each row becomes a card with the column titles. */
export function table<Row>(caption: string, columns: readonly Column<Row>[], rows: readonly Row[]): Html {
  return html`<table>
    <caption class="sr">
      ${caption}
    </caption>
    <thead>
      <tr>
        ${columns.map(({ title }) => html`<th scope="col">${title}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            ${columns.map(({ title, cell }, index) => (index === 0 ? html`<th scope="row">${cell(row)}</th>` : html`<td data-title="${title}">${cell(row)}</td>`))}
          </tr>`,
      )}
    </tbody>
  </table>`;
}
