import { paint } from './style.ts';
import type { Style, Tone } from './style.ts';
import { clean, columnsOf, cut, pad } from './text.ts';

/** One cell; its text is plain and perhaps from outside, its colour separate, so that widths are those of the visible text. */
export interface Cell {
  readonly text: string;
  readonly tone?: Tone;
}

/**
 * The lines of a table without frames. If the width is too small the last column is cut, and only that.
 */
export function table(style: Style, headings: readonly string[], given: readonly (readonly Cell[])[]): string[] {
  const rows = given.map((row) => row.map((cell) => ({ ...cell, text: clean(cell.text) })));
  const widths = headings.map((heading, column) =>
    Math.max(columnsOf(heading), ...rows.map((row) => columnsOf(row[column]?.text ?? ''))),
  );
  const last = headings.length - 1;
  const before = widths.slice(0, last).reduce((sum, width) => sum + width + GAP, 0);
  widths[last] = Math.max(Math.min(widths[last] ?? 0, style.width - before), MINIMUM);
  const line = (cells: readonly Cell[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        const text = cut(style, cell.text, width);
        return paint(style, cell.tone ?? 'plain', column === last ? text : pad(text, width));
      })
      .join(' '.repeat(GAP))
      .trimEnd();
  return [line(headings.map((text) => ({ text, tone: 'dim' }))), ...rows.map(line)];
}

const GAP = 2;
const MINIMUM = 10;
