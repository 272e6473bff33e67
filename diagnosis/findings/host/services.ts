/** One row of `talosctl services`. */
export interface ServiceRow {
  readonly service: string;
  readonly state: string;
  readonly health: string;
  /** Seconds since its last change; null where that cannot be read. */
  readonly ageSeconds: number | null;
  readonly event: string;
}

const COLUMNS = ['SERVICE', 'STATE', 'HEALTH', 'LAST CHANGE', 'LAST EVENT'] as const;

/** `1h2m3s ago` in seconds, as Go writes durations. */
function secondsAgo(text: string): number | null {
  const found = /^(?:(\d{1,5})h)?(?:(\d{1,3})m)?(?:(\d{1,3})(?:\.\d{1,9})?s)? ago$/.exec(text.trim());
  if (!found) return null;
  return Number(found[1] ?? 0) * 3600 + Number(found[2] ?? 0) * 60 + Number(found[3] ?? 0);
}

/** Reads the table of `talosctl services` by where its headings stand; a longer event continues in indented lines. */
export function serviceRows(stdout: string): ServiceRow[] {
  const [head = '', ...lines] = stdout.split(/\r?\n/);
  const starts = COLUMNS.map((name) => head.indexOf(name));
  if (starts.some((start) => start < 0)) return [];
  const rows: { -readonly [Key in keyof ServiceRow]: ServiceRow[Key] }[] = [];
  for (const line of lines.slice(0, 200)) {
    if (line.trim() === '') continue;
    const [service = '', state = '', health = '', change = '', event = ''] = starts.map((start, index) =>
      line.slice(start, starts[index + 1]).trim(),
    );
    const before = rows.at(-1);
    if (/^\s/.test(line) && before) before.event += `\n${line.trim()}`;
    else rows.push({ service, state, health, ageSeconds: secondsAgo(change), event });
  }
  return rows;
}
