import { z } from 'zod';
import { ClusterError } from '../../activities/ports/kubernetes.ts';
import { HeldByAnother, holderInWords } from '../../holder/errors.ts';
import { endOperation, hold, takeOver, takeOverFolder } from '../../holder/hold.ts';
import { ref } from '../../kubernetes/addresses.ts';
import { NAMESPACES, OBJECTS } from '../../model/appliance.ts';
import { CARRIED_INSTALL, CARRIED_MAX_BYTES, isNewer } from '../../model/carried-install.ts';
import type { CarriedInstall } from '../../model/carried-install.ts';
import { readDocumentText } from '../../model/documents.ts';
import { PHASES } from '../../model/phases.ts';
import type { InstallSpec } from '../../model/site.ts';
import { TAKEN_OVER, orderInWorkflowId, siteInWorkflowId } from '../../model/workflow-contract.ts';
import { useConsent } from '../../site-folder/consent.ts';
import { SITE_FILES } from '../../site-folder/index.ts';
import { readInputs } from '../../site-folder/inputs.ts';
import { installIn } from '../../site-folder/record.ts';
import type { CommandContext } from '../context.ts';
import { callOf } from '../site/hints.ts';
import { kubeconfigOf } from '../site/kubeconfig.ts';
import { recordOrder } from '../site/site.ts';
import type { Site } from '../site/site.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { UserError } from '../terminal/failure.ts';
import { clean } from '../terminal/text.ts';
import { heldError, isInAnothersQueue, surroundingsOf } from './holder.ts';
import type { HolderLook } from './holder.ts';
import type { Session } from './session.ts';
import type { InstallView } from './view.ts';

const READ_MS = 5_000;
/** Files that a site has once a step has acted. */
const TRACES = [SITE_FILES.holder, SITE_FILES.carried, SITE_FILES.secrets, SITE_FILES.handover, SITE_FILES.kubeconfig];

/** Whether continuing here means to take the site over, from another operator or from a server that no longer exists. */
export async function isTakeOver(site: Site, look: HolderLook, view: InstallView | null): Promise<boolean> {
  if (look.other !== null || isInAnothersQueue(view)) return true;
  // One that died on its way has ended the old run, and started none.
  if (view !== null) return view.isTakenOver === true;
  const traces = await Promise.all(TRACES.map((file) => site.folder.exists(file)));
  return look.lease !== null || traces.some(Boolean);
}

/** What the install continues from here: its last state, or the first step. */
interface GoOn {
  readonly spec: InstallSpec;
  readonly carried: CarriedInstall | null;
  readonly words: readonly string[];
}

/**
 * Takeover of a site: reports from whom and what it would continue from, asks, claims the appliance, ends the old run if that can be
 * reached, and starts a new one from the newest copy of its state. True: a run of it is open here now. Throws a UserError, exit 6, if
 * there is no terminal to ask on, and changes nothing then.
 */
export async function takeOverSite(
  context: CommandContext,
  site: Site,
  session: Session,
  { look, view, agreed }: { readonly look: HolderLook; readonly view: InstallView | null; readonly agreed: boolean },
): Promise<boolean> {
  const { installs } = session;
  const goOn = await goOnOf(context, site, look);
  const isElsewhere = isInAnothersQueue(view);
  const lines = [...fromWhom(site, look, view), ...goOn.words];
  // If the server that had the run no longer exists, there is no one to take it from.
  if (!look.isOwn || view !== null) await agree(context, site, lines, agreed);
  context.say(...lines);
  // This machine's own earlier run does nothing any more, and its state is old. Another's ends once that is fenced off.
  if (view?.run === 'RUNNING' && !isElsewhere) await installs.terminate(site.siteId, TAKEN_OVER);
  await claim(context, site, look);
  if (isElsewhere) await installs.terminate(site.siteId, TAKEN_OVER);
  await endLaterRun(site, session, goOn);
  const state = goOn.carried?.state ?? null;
  if (state !== null && (state.progress.state === 'complete' || state.progress.state === 'cancelled')) {
    context.say(`This machine holds ${site.siteId} now. Its install is ${state.progress.state}: nothing was started.`);
    return false;
  }
  // What is on the node by now may have been created by the install itself.
  if (state === null) await useConsent(site.folder);
  await replaceLostKeys(context, site);
  await installs.takeUp(goOn.spec, state, (ids) => recordOrder(site, goOn.spec, context.services.clock.now(), ids));
  context.say(`This machine holds ${site.siteId} now and continues its install.`);
  return true;
}

/** The other machine may have ordered again since the folder was copied: that run is ended, too, if this server knows it. */
async function endLaterRun({ siteId, record }: Site, { installs }: Session, { carried }: GoOn): Promise<void> {
  if (carried === null || carried.workflowId === installIn(record)) return;
  const order = orderInWorkflowId(carried.workflowId);
  const isOfSite = siteInWorkflowId(carried.workflowId)?.siteId === siteId && order?.siteUid === record?.siteUid;
  if (order !== null && isOfSite) await installs.terminateRun(carried.workflowId, TAKEN_OVER);
}

/** Keys that are missing in the copied folder are needed only for what the other machine's server holds. */
async function replaceLostKeys(context: CommandContext, { home, siteId }: Site): Promise<void> {
  const { forgetLostKeys, siteKeyFault } = await import('../../temporal/index.ts');
  const lost = await siteKeyFault(home, siteId);
  if (lost === null) return;
  context.say(`${lost.message} The install continues here with new keys.`);
  await forgetLostKeys(home, siteId);
}

function fromWhom(site: Site, { other, api, isOwn }: HolderLook, view: InstallView | null): string[] {
  const isElsewhere = isInAnothersQueue(view);
  if (isOwn && isElsewhere)
    return [`This machine holds ${site.siteId}, but its open install is in the queue of another user or machine.`];
  if (isOwn && view !== null)
    return [`The run of ${site.siteId} on this machine's Temporal server was ended by a takeover.`];
  if (isOwn)
    return [`This machine holds ${site.siteId}, but the Temporal server of this machine has no open install of it.`];
  const who =
    other === null
      ? isElsewhere
        ? `No holder of ${site.siteId} is on record; its open install is in the queue of another user or machine.`
        : `No holder of ${site.siteId} is on record; its install was started elsewhere, or on a server that no longer exists.`
      : `${site.siteId} is held by ${clean(holderInWords(other))}.`;
  if (api === 'answers') return [who];
  const late =
    api === 'none'
      ? 'It has no API server yet, so the other machine cannot be fenced off: until then both do the same, which is to apply the one configuration in this folder and to bootstrap once.'
      : 'Its API server does not answer now: the first step here that reaches it fences the other machine off.';
  return [who, late];
}

async function agree(context: CommandContext, site: Site, lines: readonly string[], agreed: boolean): Promise<void> {
  if (agreed) return;
  const prompter = await context.prompter();
  if (!prompter)
    throw new UserError(
      EXIT.held,
      [...lines, `Nothing was changed. To take it over: \`${callOf(context, site, 'resume --take-over')}\`.`].join(
        '\n',
      ),
    );
  context.insist(...lines);
  if (!(await prompter.confirm(`Take ${site.siteId} over to this machine?`)))
    throw new UserError(EXIT.interrupted, 'Nothing was changed.');
}

/** The appliance first, which decides; if it does not answer, the folder. */
async function claim(context: CommandContext, site: Site, look: HolderLook): Promise<void> {
  const { io } = context;
  const { isOwn } = look;
  const kubeconfig = kubeconfigOf(site);
  const around = surroundingsOf(context, site, kubeconfig ?? '');
  try {
    if (look.api === 'answers' && isOwn) await hold(around, null, io.signal);
    else if (look.api === 'answers') await takeOver(around, look.lease, io.signal);
    else if (!isOwn) await takeOverFolder(around);
  } catch (error) {
    io.signal.throwIfAborted();
    if (error instanceof HeldByAnother) throw heldError(context, site, error.holder);
    if (!(error instanceof ClusterError)) throw error;
    const isRace = error.fault === 'conflict' || error.fault === 'already-exists';
    throw new UserError(
      isRace ? EXIT.held : EXIT.missing,
      isRace
        ? `Another operator has claimed ${site.siteId} in the meantime. Check again: \`${callOf(context, site, 'resume')}\`.`
        : `Cannot claim the appliance of ${site.siteId}: ${error.message}. Try again once it answers: \`${callOf(context, site, 'resume')}\`.`,
      { cause: error },
    );
  }
}

/** If this machine holds the site and no install of it is running, another operation may start. Failures are ignored. */
export async function endInstallOf(context: CommandContext, site: Site): Promise<void> {
  const kubeconfig = kubeconfigOf(site);
  if (kubeconfig === null) return;
  const signal = AbortSignal.any([context.io.signal, AbortSignal.timeout(READ_MS)]);
  await endOperation(surroundingsOf(context, site, kubeconfig), 'install', signal).catch(() => undefined);
}

async function goOnOf(context: CommandContext, site: Site, look: HolderLook): Promise<GoOn> {
  const { record } = site;
  if (record === null) throw new Error('a site without a record is not taken over');
  const found = (await Promise.all([inFolder(context, site), inCluster(context, site, look)])).filter(
    (one) => one !== null,
  );
  const carried = found.reduce<CarriedInstall | null>((best, one) => (isNewer(one, best) ? one : best), null);
  if (carried === null)
    return {
      spec: record.spec,
      carried,
      words: [
        'The state of its install is not on record: it continues from the first step, and each step checks before it acts.',
      ],
    };
  const inputs = await readInputs(site.folder, carried.order.inputs);
  if (!('spec' in inputs))
    return {
      spec: record.spec,
      carried: null,
      words: [
        `The inputs of its install are not in this folder (${inputs.detail}): they were changed after the folder was copied.`,
        'It continues from the first step with the inputs in this folder; each step checks before it acts. To keep the change, copy the folder again first.',
      ],
    };
  const { state, phase } = carried.state.progress;
  const title = PHASES.find(({ id }) => id === phase)?.title ?? phase;
  const at = state === 'complete' || state === 'cancelled' ? state : `${state}, at "${title}"`;
  return {
    spec: inputs.spec,
    carried,
    words: [`Its install was ${at} when ${clean(carried.holder.name)} last recorded it, at ${carried.writtenAt}.`],
  };
}

async function inFolder(context: CommandContext, site: Site): Promise<CarriedInstall | null> {
  return readable(context, site, await site.folder.read(SITE_FILES.carried), site.folder.path(SITE_FILES.carried));
}

const configMap = z.object({ data: z.record(z.string(), z.string()).default({}) });

async function inCluster(context: CommandContext, site: Site, { api }: HolderLook): Promise<CarriedInstall | null> {
  const kubeconfig = kubeconfigOf(site);
  if (api !== 'answers' || kubeconfig === null) return null;
  const cluster = await context.services.cluster(kubeconfig);
  const signal = AbortSignal.any([context.io.signal, AbortSignal.timeout(READ_MS)]);
  try {
    const found = await cluster.get(ref.configMap(NAMESPACES.releases, OBJECTS.carriedInstall), signal);
    const text = configMap.safeParse(found).data?.data[SITE_FILES.carried] ?? null;
    return readable(context, site, text, `ConfigMap ${NAMESPACES.releases}/${OBJECTS.carriedInstall}`);
  } catch (error) {
    if (error instanceof ClusterError) return null; // continues from the other copy, or from the first step
    throw error;
  } finally {
    await cluster.reader.close();
  }
}

/** A copy on a disk or on a node is data: it is used only if it is readable and of this very site. */
function readable(context: CommandContext, site: Site, text: string | null, where: string): CarriedInstall | null {
  if (text === null || text.length > CARRIED_MAX_BYTES) return null;
  const read = readDocumentText(CARRIED_INSTALL, text);
  if ('newer' in read)
    throw new UserError(
      EXIT.held,
      `${where} was written by a newer client (version ${read.newer}): update appliance-client.`,
    );
  if (!('value' in read)) {
    context.say(`Ignored ${where}: it cannot be read (${read.fault}).`);
    return null;
  }
  const { siteId, siteUid, order } = read.value;
  const isThis =
    siteId === site.siteId &&
    order.inputs.siteId === site.siteId &&
    (siteUid === undefined || site.record?.siteUid === undefined || siteUid === site.record.siteUid);
  if (isThis) return read.value;
  context.say(`Ignored ${where}: it belongs to another site (${clean(siteId)}).`);
  return null;
}
