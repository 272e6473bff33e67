/** A line of a log of the machine, with the lines that continue it. */
export interface HostLine {
  /** Milliseconds since the epoch, by the machine's clock; null where the line has no stamp. */
  readonly at: number | null;
  readonly text: string;
}

/** dmesg of Talos (`user: warning: [2026-…Z]: …`), and service logs that begin with a stamp or carry one as `ts` or `time`. */
const STAMP =
  /\[(\d{4}-\d\d-\d\dT[\d:.]{8,20}Z)\]|"(?:ts|time)": ?"(\d{4}-\d\d-\d\dT[^"]{8,30})"|^(?:[\d.]{7,15}: )?(\d{4}-\d\d-\d\dT[\d:.]{8,20}(?:Z|[+-]\d\d:?\d\d))/;
/** zap's stamp as a number: seconds, or milliseconds as the kubelet writes them. */
const NUMBER = /"ts": ?(\d{9,13})(?:\.\d{1,9})?[,}]/;

function stampOf(line: string): number | null {
  const head = line.slice(0, 400);
  const found = STAMP.exec(head);
  const text = found?.[1] ?? found?.[2] ?? found?.[3];
  if (text !== undefined) {
    const at = Date.parse(text);
    return Number.isNaN(at) ? null : at;
  }
  const number = NUMBER.exec(head)?.[1];
  if (number === undefined) return null;
  return Number(number) * (number.length > 11 ? 1 : 1000);
}

/** So many lines from the end are read. */
const MOST_LINES = 400;

/** The last lines of a log in their order; an indented line belongs to the one before it. */
export function hostLines(text: string): HostLine[] {
  const lines: { at: number | null; text: string }[] = [];
  for (const line of text.split(/\r?\n/).slice(-MOST_LINES)) {
    if (line.trim() === '') continue;
    const before = lines.at(-1);
    if (/^\s/.test(line) && before) before.text += `\n${line}`;
    else lines.push({ at: stampOf(line), text: line });
  }
  return lines;
}
