import type { Blocker } from '../../model/blocker.ts';
import { blockerKey } from '../../model/blocker.ts';
import type { StatusDocument } from '../../model/status.ts';
import { TIERS, TIER_TITLES } from '../../model/tiers.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { hasSize } from '../terminal/io.ts';
import { adviceOn } from './advice.ts';
import { createObserver, documentOf, installThere, presentAt } from './observe.ts';
import type { Look } from './observe.ts';
import { blockerLines } from '../render/blocker.ts';
import { changeLines, heartbeatLine } from '../render/changes.ts';
import { rollupLine, statusLines } from '../render/status.ts';
import type { Style } from '../terminal/style.ts';
import { asciiControls, clean, clip, clockTime } from '../terminal/text.ts';
import type { Site } from '../site/site.ts';

const LOOK_EVERY_MS = 2_000;
const LONGEST_SILENCE_MS = 7_000;

/** One picture of a watched site. */
interface Picture {
  readonly document: StatusDocument;
  readonly look: Look;
}

/**
 * `status --watch`: on a terminal the whole status, redrawn; in a pipe a line for each change; with `-o json` or `yaml` a document for
 * each change. Ends with Ctrl-C, or with 5 after --timeout.
 */
export async function watchStatus(context: CommandContext, site: Site, timeoutMs: number | undefined): Promise<number> {
  const { clock } = context.services;
  const { signal } = context.io;
  const show = await viewer(context, site);
  const observer = createObserver(context, site, 'watch');
  const began = clock.now().getTime();
  let before: Picture | null = null;
  try {
    while (!signal.aborted) {
      const look = await observer.look();
      const document: StatusDocument = await documentOf(context, site, look, before?.document ?? null);
      const picture: Picture = { document, look };
      await show.picture(before, picture, clock.now());
      before = picture;
      if (timeoutMs !== undefined && clock.now().getTime() - began >= timeoutMs) return EXIT.timeout;
      await clock.sleep(LOOK_EVERY_MS, signal);
    }
  } finally {
    show.done();
    await observer.close();
  }
  return EXIT.interrupted;
}

interface Viewer {
  picture(before: Picture | null, now: Picture, at: Date): Promise<void>;
  done(): void;
}

async function viewer(context: CommandContext, site: Site): Promise<Viewer> {
  if (context.format !== 'table') return documentViewer(context);
  if (!context.io.stdoutIsTty || !hasSize(context.io)) return lineViewer(context);
  const { createLogUpdate } = await import('log-update');
  const update = createLogUpdate(context.io.stdout, {
    defaultWidth: context.io.columns(),
    defaultHeight: context.io.rows(),
  });
  return {
    picture: async (_, { document, look }, at) => {
      const style: Style = { ...context.style, width: Math.max(context.io.columns(), 40) };
      const lines = [
        ...statusLines(style, document, presentAt(look, at), installThere(look)),
        '',
        ...adviceOn(context, site, look),
      ];
      update(clip(style, lines, context.io.rows() - 1).join('\n'));
    },
    done: () => update.done(),
  };
}

function documentViewer(context: CommandContext): Viewer {
  let last = '';
  return {
    picture: async (_, { document }) => {
      // Ages grow by themselves: they are not a change.
      const told = JSON.stringify({
        ...document,
        timestamp: '',
        observedAt: '',
        sources: [],
        activeOperations: document.activeOperations.map(({ object }) => object),
      });
      if (told === last) return;
      last = told;
      if (context.format === 'json') context.io.stdout.write(`${asciiControls(JSON.stringify(document))}\n`);
      else {
        context.io.stdout.write('---\n');
        await context.give(document, () => []);
      }
    },
    done: () => {},
  };
}

function lineViewer(context: CommandContext): Viewer {
  let last = 0;
  return {
    picture: async (before, now, at) => {
      const lines = pictureChanges(context.style, before, now, at);
      if (lines.length === 0 && at.getTime() - last < LONGEST_SILENCE_MS) return;
      last = at.getTime();
      const told = lines.length > 0 ? lines : [stillLine(context.style, now, at)];
      context.io.stdout.write(`${told.map((line) => `${clockTime(at)} ${line}`).join('\n')}\n`);
    },
    done: () => {},
  };
}

/** A line for each difference: of the install when one is running, of the appliance otherwise. */
function pictureChanges(style: Style, before: Picture | null, now: Picture, at: Date): string[] {
  const rollup = now.document.rollup;
  const isSame = before?.document.rollup.state === rollup.state && before.document.rollup.message === rollup.message;
  const head = isSame ? [] : [`${rollupLine(style, now.document)}: ${clean(rollup.message)}`];
  const { install } = now.look;
  if (install?.run === 'RUNNING' && install.progress)
    return [...head, ...changeLines(style, before?.look.install?.progress ?? null, install.progress, at)];
  return [
    ...head,
    ...TIERS.filter((tier) => now.document.tiers[tier].status !== before?.document.tiers[tier].status).map(
      (tier) => `${TIER_TITLES[tier]}: ${now.document.tiers[tier].status}`,
    ),
    ...added(before?.document.topBlockers ?? [], now.document.topBlockers).flatMap((blocker) =>
      blockerLines(style, blocker, at, 'over'),
    ),
    ...added(now.document.topBlockers, before?.document.topBlockers ?? []).map(
      (blocker) => `resolved: ${clean(blocker.title)} [${blocker.code}]`,
    ),
  ];
}

function added(before: readonly Blocker[], after: readonly Blocker[]): Blocker[] {
  const known = new Set(before.map(blockerKey));
  return after.filter((blocker) => !known.has(blockerKey(blocker)));
}

function stillLine(style: Style, { document, look }: Picture, at: Date): string {
  const { install } = look;
  if (install?.run === 'RUNNING' && install.progress) return heartbeatLine(style, install.progress, at);
  return `${rollupLine(style, document)}, unchanged`;
}
