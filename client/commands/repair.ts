import { diagnose } from '../../diagnosis/index.ts';
import { viewOf } from '../../kubernetes/view.ts';
import type { RepairEntry, RepairReport, Remedy } from '../../model/repair.ts';
import { hindrance, outcomeOf, readRepairs, remediesFor, repair, settleRepairs } from '../../remedies/index.ts';
import type { Seen } from '../../remedies/index.ts';
import type { CommandContext } from '../context.ts';
import { clusterToWrite, holderFailure, insistOnHolding } from '../install/holder.ts';
import { recordAction } from '../site/action-log.ts';
import { callOf } from '../site/hints.ts';
import { neededKubeconfig } from '../site/kubeconfig.ts';
import type { Site } from '../site/site.ts';
import { lookAt } from '../status/observe.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { UserError } from '../terminal/failure.ts';
import { symbol } from '../terminal/style.ts';
import { table } from '../terminal/table.ts';
import { clean, count } from '../terminal/text.ts';
import { defineCommand } from './define.ts';

type Cluster = Awaited<ReturnType<typeof clusterToWrite>>;

/** A person waits so long for what a repair does; Flux and a new pod need most of it. */
const WAIT_MS = 60_000;
const LOOK_EVERY_MS = 3_000;

/** `repair`: what the client can repair by itself; with --yes it does. */
export const command = defineCommand({
  flags: [],
  examples: ['repair', 'repair --yes'],
  run: async (context) => {
    const site = await context.site('changes');
    const kubeconfig = neededKubeconfig(context, site);
    if (context.yes) await insistOnHolding(context, site);
    const cluster = await clusterToWrite(context, site, kubeconfig, null);
    try {
      return await inCluster(context, site, cluster);
    } catch (error) {
      throw holderFailure(context, site, error) ?? error;
    } finally {
      await cluster.reader.close();
    }
  },
});

async function inCluster(context: CommandContext, site: Site, cluster: Cluster): Promise<number> {
  const { clock } = context.services;
  const { signal } = context.io;
  const seen = await seenNow(context, site);
  const remedies = remediesFor(seen);
  const held = remedies.length === 0 ? null : hindrance(seen.view);
  const earlier = [...(await readRepairs(cluster, signal))].toReversed();
  const report: RepairReport = { siteId: site.siteId, remedies: [...remedies], held, done: [], earlier };
  if (!context.yes || remedies.length === 0) {
    await context.give(report, () => listLines(context, site, report));
    return EXIT.done;
  }
  if (held !== null)
    throw new UserError(EXIT.blocked, `${held} Nothing was repaired on ${site.siteId}. ${AFTER_MAINTENANCE}`);
  const repairing = { cluster, by: 'person', now: () => clock.now(), signal } as const;
  const begun = await repair(repairing, remedies);
  for (const { object, does } of begun) await recordAction(site, `repair of ${object}: ${does}`, clock.now());
  const after = await awaitOutcome(context, site, begun);
  await settleRepairs(repairing, after, { atOnce: true });
  const done = begun.map((entry) => (entry.after === null ? { ...entry, ...outcomeOf(entry, after) } : entry));
  await context.give({ ...report, done }, () => doneLines(context, site, done));
  return done.every(({ resolved }) => resolved === true) ? EXIT.done : EXIT.blocked;
}

const AFTER_MAINTENANCE = 'Finish the maintenance or wait until it is over, then call it again.';

/** Throws a UserError if the cluster does not answer: what is not known is not repaired. */
async function seenNow(context: CommandContext, site: Site): Promise<Seen> {
  const { snapshot } = await lookAt(context, site);
  const view = viewOf(snapshot);
  if (!view.current)
    throw new UserError(
      EXIT.missing,
      `The Kubernetes API of ${site.siteId} does not answer (${clean(snapshot.kubernetes?.error ?? 'no answer')}), so nothing can be repaired. ` +
        `\`${callOf(context, site, 'diagnose')}\` asks the machine for the cause.`,
    );
  return { view, causes: diagnose(snapshot, { now: context.services.clock.now() }).graph.causes };
}

/** The appliance once nothing is reported any more of what was repaired, or when the time is over. */
async function awaitOutcome(context: CommandContext, site: Site, begun: readonly RepairEntry[]): Promise<Seen> {
  const { clock } = context.services;
  const until = clock.now().getTime() + WAIT_MS;
  const open = begun.filter(({ after }) => after === null);
  for (;;) {
    const seen = await seenNow(context, site);
    const isOver = open.every((entry) => outcomeOf(entry, seen).resolved === true);
    if (isOver || clock.now().getTime() >= until) return seen;
    await clock.sleep(LOOK_EVERY_MS, context.io.signal);
    context.io.signal.throwIfAborted();
  }
}

function listLines(context: CommandContext, site: Site, { remedies, held, earlier }: RepairReport): string[] {
  if (remedies.length === 0)
    return ['Nothing on this appliance calls for a repair.', ...earlierLines(context, earlier.slice(0, 3))];
  const rows = remedies.map(({ object, does, why, automatic }: Remedy) => [
    { text: clean(object) },
    { text: clean(does) },
    { text: automatic ? 'automatic' : 'by a person' },
    { text: clean(why) },
  ]);
  return [
    ...table(context.style, ['OBJECT', 'REPAIR', 'DURING AN INSTALL', 'WHY'], rows),
    '',
    held === null
      ? `To carry ${remedies.length === 1 ? 'it' : 'them'} out: \`${callOf(context, site, 'repair --yes')}\`.`
      : `Not now: ${held} ${AFTER_MAINTENANCE}`,
    ...earlierLines(context, earlier.slice(0, 3)),
  ];
}

function earlierLines(context: CommandContext, entries: readonly RepairEntry[]): string[] {
  return entries.length === 0
    ? []
    : ['', 'Earlier repairs:', ...entries.flatMap((entry) => entryLines(context, entry))];
}

function doneLines(context: CommandContext, site: Site, done: readonly RepairEntry[]): string[] {
  const open = done.filter(({ resolved }) => resolved !== true).length;
  return [
    ...done.flatMap((entry) => entryLines(context, entry)),
    open === 0
      ? `${count(done.length, 'repair')} carried out; nothing of it is reported any more.`
      : `${count(open, 'repair')} did not help yet. \`${callOf(context, site, 'diagnose')}\` shows the cause.`,
  ];
}

function entryLines(
  { style }: CommandContext,
  { at, by, object, does, before, after, resolved }: RepairEntry,
): string[] {
  const mark =
    resolved === true ? symbol(style, 'done') : resolved === false ? symbol(style, 'failed') : symbol(style, 'pending');
  return [
    `${mark} ${at} ${clean(object)}: ${clean(does)} (${by === 'install' ? 'automatically' : 'by a person'})`,
    `    before: ${clean(before)}`,
    `    after:  ${after === null ? 'not looked at yet' : clean(after)}`,
  ];
}
