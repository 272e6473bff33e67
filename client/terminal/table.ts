import { paint } from './style.ts';
import type { Style, Tone } from './style.ts';
import { columnsOf, cut, pad } from './text.ts';

/** One cell; its text is plain, its colour apart, so that widths are those of what is seen. */
export interface Cell {
  readonly text: string;
  readonly tone?: Tone;
}

/**
 * Takes headings and rows, gives the lines of a table without frames. Where the width is too small the last column is cut;
 * nothing else ever is.
 */
export function table(style: Style, headings: readonly string[], rows: readonly (readonly Cell[])[]): string[] {
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
