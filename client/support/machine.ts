import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import type { TalosLookName } from '../../activities/adapters/talosctl-look.ts';
import type { Snapshot, TalosAnswer } from '../../model/snapshot.ts';
import { SITE_FILES } from '../../site-folder/index.ts';
import type { CommandContext } from '../context.ts';
import type { Site } from '../site/site.ts';
import { explain } from '../terminal/failure.ts';

/** An answer of the machine, by the name of the question. */
export interface MachineAnswer {
  readonly name: TalosLookName;
  readonly answer: TalosAnswer;
}

/** Asks the site's Talos machine, read-only, all at once. Throws if it is simulated, unknown, or its talosconfig cannot be read. */
export async function askMachine(
  { services, io }: CommandContext,
  site: Site,
  names: readonly TalosLookName[],
  signal: AbortSignal,
): Promise<MachineAnswer[]> {
  if (site.simulated) throw new Error('the site is simulated: there is no machine');
  const nodeIp = site.record?.nodeIp ?? (await site.folder.read(SITE_FILES.nodeIp))?.trim();
  if (!nodeIp) throw new Error('the address of the node is not known');
  const talosconfig = site.folder.path(SITE_FILES.talosconfig);
  // talosctl reads the file itself.
  await access(talosconfig, constants.R_OK);
  if (!(await stat(talosconfig)).isFile()) throw new Error(`${talosconfig} is not a file`);
  const look = await services.talos(io.env);
  return Promise.all(names.map(async (name) => ({ name, answer: await look(name, { nodeIp, talosconfig }, signal) })));
}

/** What says why there is no Kubernetes API. */
const CAUSES: readonly TalosLookName[] = ['services', 'machine-status', 'volumes', 'diagnostics', 'dmesg', 'health'];
const MACHINE_MS = 15_000;

/**
 * The snapshot with what the machine says, if the Kubernetes API says nothing: then the cause lies below it. A machine that cannot be
 * asked leaves the snapshot as it is, and a line on standard error says why.
 */
export async function withMachine(context: CommandContext, site: Site, snapshot: Snapshot): Promise<Snapshot> {
  const { kubernetes } = snapshot;
  if (site.simulated || !site.record || (kubernetes && !kubernetes.error)) return snapshot;
  try {
    const signal = AbortSignal.any([context.io.signal, AbortSignal.timeout(MACHINE_MS)]);
    const answers = await askMachine(context, site, CAUSES, signal);
    return { ...snapshot, talos: [...(snapshot.talos ?? []), ...answers.map(({ answer }) => answer)] };
  } catch (error) {
    context.io.signal.throwIfAborted();
    context.say(`the Talos machine was not asked: ${explain(error).message}`);
    return snapshot;
  }
}
