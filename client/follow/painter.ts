import type { InstallProgress } from '../../model/progress.ts';
import type { CommandContext } from '../context.ts';
import { drawsOver } from '../terminal/io.ts';
import { changeLines, heartbeatLine } from '../render/changes.ts';
import { liveLines } from '../render/install.ts';
import type { Style } from '../terminal/style.ts';
import { clockTime } from '../terminal/text.ts';

/** Shows an install while it runs; one for a terminal, one for a pipe. */
export interface Painter {
  /** `progress` is null until a worker has picked up the install. */
  show(progress: InstallProgress | null, now: Date): void;
  /** Something of the client's own: a worker that was started again, a server that is away. */
  note(line: string, now: Date): void;
  /** The last picture stays where it is. */
  done(): void;
}

/** No silence over 10 seconds is promised; reads are a second apart, so this leaves room for a slow one. */
const LONGEST_SILENCE_MS = 8_000;
const NOT_BEGUN = 'waiting for a worker to pick up the install';

/** The painter that fits where stderr goes; a silent one with --quiet. */
export async function createPainter(context: CommandContext): Promise<Painter> {
  if (context.quiet) return { show: () => {}, note: () => {}, done: () => {} };
  if (!drawsOver(context.io)) return linePainter(context);
  const { createLogUpdate } = await import('log-update');
  return livePainter(
    context,
    createLogUpdate(context.io.stderr, { defaultWidth: context.io.columns(), defaultHeight: context.io.rows() }),
  );
}

type LogUpdate = ReturnType<typeof import('log-update').createLogUpdate>;

function livePainter(context: CommandContext, update: LogUpdate): Painter {
  const notes: string[] = [];
  let last: InstallProgress | null = null;
  const draw = (now: Date): void => {
    const style: Style = { ...context.errorStyle, width: Math.max(context.io.columns(), 40) };
    const rows = context.io.rows() - 1;
    update((last ? liveLines(style, last, now, notes, rows) : [NOT_BEGUN, ...notes]).join('\n'));
  };
  return {
    show: (progress, now) => {
      last = progress;
      draw(now);
    },
    note: (line, now) => {
      notes.push(`${clockTime(now)} ${line}`);
      if (notes.length > 3) notes.shift();
      draw(now);
    },
    done: () => update.done(),
  };
}

/** A line for every change, and one that says what is waited for when nothing else was said for a while. */
export function linePainter(context: CommandContext): Painter {
  let before: InstallProgress | null = null;
  let last = 0;
  const write = (lines: readonly string[], now: Date): void => {
    if (lines.length === 0) return;
    last = now.getTime();
    context.insist(...lines.map((line) => `${clockTime(now)} ${line}`));
  };
  return {
    show: (progress, now) => {
      const lines = progress ? changeLines(context.errorStyle, before, progress, now) : [];
      before = progress;
      if (lines.length > 0) write(lines, now);
      else if (now.getTime() - last >= LONGEST_SILENCE_MS)
        write([progress ? heartbeatLine(context.errorStyle, progress, now) : NOT_BEGUN], now);
    },
    note: (line, now) => write([line], now),
    done: () => {},
  };
}
