import { giveConsent } from '../../site-folder/consent.ts';
import { SITE_FILES } from '../../site-folder/index.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { usageError } from '../terminal/failure.ts';
import type { UserError } from '../terminal/failure.ts';
import { conclude } from '../follow/outcome.ts';
import { follow } from '../follow/follow.ts';
import type { FollowOptions } from '../follow/follow.ts';
import { lookAfresh } from '../follow/look-afresh.ts';
import { dataThere } from '../site/data-there.ts';
import { callOf } from '../site/hints.ts';
import { kubeconfigOf } from '../site/kubeconfig.ts';
import type { StartOutcome } from '../install/ordering.ts';
import type { InstallView } from '../install/view.ts';
import { recordAdministrator } from '../inputs/administrator.ts';
import type { Administrator } from '../inputs/administrator.ts';
import { recordLicence } from '../inputs/licence.ts';
import { couldWipe, takeOrder } from '../inputs/order.ts';
import type { Order } from '../inputs/order.ts';
import { withPageBeside } from '../page/beside.ts';
import { refusalLines } from '../inputs/difference.ts';
import { sourceLines } from '../render/source.ts';
import { insistOnHolding, insistOnOwnQueue } from '../install/holder.ts';
import { withSession } from '../install/session.ts';
import type { Session } from '../install/session.ts';
import { recordSimulation } from '../site/simulation.ts';
import { recordFirst, recordOrder } from '../site/site.ts';
import type { Site } from '../site/site.ts';
import { statusPageUrl } from '../../model/status-page-url.ts';
import { givePlan } from '../install/give-plan.ts';
import { ADMINISTRATOR_FLAGS, AUTH_KEY, INPUT_FLAGS, LICENCE, MODE } from '../inputs/flags.ts';
import { SIMULATE } from '../site/simulation.ts';
import { FOLLOW, followOptions } from '../follow/follow-options.ts';
import { defineCommand } from './define.ts';

/** `start`: starts an install, and follows it unless --detach leaves it to a background worker. */
export const command = defineCommand({
  flags: [
    ...MODE,
    {
      flags: '--destroy <id>',
      help: 'with --fresh: wipe the application data with this id and no other; a refused start prints the id',
    },
    { flags: '--detach', help: 'run the install in a background worker and return' },
    { flags: '--dry-run', help: 'print the plan and every file it would write, and change nothing' },
    ...FOLLOW,
    ...AUTH_KEY,
    ...LICENCE,
    ...SIMULATE,
    ...INPUT_FLAGS,
    ...ADMINISTRATOR_FLAGS,
  ],
  examples: [
    'start --fresh --node-ip 192.0.2.10 --repo-url https://git.example.com/alga/appliance.git',
    'start --fresh --simulate',
    'start --fresh --destroy 0c9ae1f2-5c1b-4f0e-9d0a-3f0d5a9f7c11',
  ],
  run: async (context, { dryRun, detach = false, destroy, ...rest }) => {
    const following = followOptions(rest);
    const order = await takeOrder(context, { command: 'start', modeOtherwise: null, writes: dryRun !== true });
    if (dryRun) return givePlan(context, order);
    context.say(...order.notes);

    const { site } = order;
    const isKnown = site.record !== null;
    if (isKnown) await insistOnHolding(context, site);
    const first = isKnown ? null : await order.administrator.make();
    // Recorded before anything else, so that a failure a second later knows its node; not over what another call recorded meanwhile.
    if (!isKnown && (await recordFirst(site, order.spec, context.services.clock.now()))) await keepFiles(order, first);
    const detached = detach || following.until === 'login';
    return withSession(context, site, { start: 'on-demand', detached, lostKeys: 'replace' }, async (session) => {
      const found = isKnown ? await session.installs.view(site.siteId) : null;
      insistOnOwnQueue(context, site, found);
      const isFoundRunning = found?.run === 'RUNNING';
      const consent = await consentToWipe(context, order, found, destroy ?? null);
      const agree = async (): Promise<void> => {
        if (consent !== null) await giveConsent(site.folder, consent, context.services.clock.now());
      };
      const made = isKnown ? await administratorOf(context, order, found) : first;
      const outcome = await session.installs.start(order.spec, async (ids) => {
        await recordOrder(site, order.spec, context.services.clock.now(), ids);
        await keepFiles(order, made);
        await agree();
      });
      if (outcome.kind === 'refused') return refuse(context, order, outcome);
      const isJoined = outcome.kind === 'joined';
      // What another call ordered at the same time has an administrator of its own.
      const administrator = isJoined && !isFoundRunning ? null : made;
      if (isJoined) {
        await keepFiles(withoutLicence(context, order), administrator);
        await agree();
      }
      context.say(
        isJoined
          ? `Joined the running install of ${site.siteId}.`
          : `Installing ${site.siteId} on ${order.spec.nodeIp}.`,
        ...(isJoined && destroy !== undefined
          ? ['--destroy was ignored: it applies only to an install that this command starts.']
          : []),
        ...sourceLines(order.spec),
        `Status page on the node (once it is up): ${statusPageUrl(order.spec.nodeIp)}/`,
      );
      tellPassword(context, site, administrator);
      return withPageBeside(context, site, detach ? null : order.spec, async (page) => {
        page.feed();
        const worker = await session.ensureWorker();
        if (detach) {
          context.say(`A worker (process ${worker.pid}) continues in the background; its log: ${worker.logFile}`);
          context.say(`To follow the install: \`${callOf(context, site, 'status --watch')}\`.`);
          return EXIT.done;
        }
        context.say('Ctrl-C stops following; you can resume the install at any time.');
        const options: FollowOptions = { ...following, endOnPreflight: true };
        if (isJoined) await lookAfresh(context, site, session, options);
        const followed = await follow(context, site, session, options);
        if (followed.end === 'preflight' && !isJoined) await withdraw(context, order, session);
        return conclude(context, site, session, followed);
      });
    });
  },
});

const CANCEL_PATIENCE_MS = 20_000;

/**
 * The administrator of a site that was ordered before. A running install keeps the one that it has and asks for none. One that an
 * older client started without takes what this call says, as long as the database has not been set up.
 */
async function administratorOf(
  context: CommandContext,
  { site, administrator }: Order,
  view: InstallView | null,
): Promise<Administrator | null> {
  if (view?.run !== 'RUNNING') return administrator.make();
  const setup = view.progress?.phases.find(({ id }) => id === 'bootstrap')?.state;
  const isTaken = setup === 'done' || setup === 'degraded' || (await site.folder.exists(SITE_FILES.initialTenant));
  if (!isTaken && (administrator.isWhole || administrator.isNamed)) return administrator.make();
  if (administrator.isNamed)
    context.say(`The running install of ${site.siteId} keeps its administrator: the one given here is ignored.`);
  return null;
}

/** A running install keeps its licence: another would come too late, or never. */
function withoutLicence(context: CommandContext, order: Order): Order {
  if (order.licence === null) return order;
  context.say('--license-file is ignored: the running install keeps the license that it started with.');
  return { ...order, licence: null };
}

/** A generated password is shown once, and only on a terminal: a pipe may be stored, so none is generated for one. */
function tellPassword(context: CommandContext, site: Site, administrator: Administrator | null): void {
  if (!administrator?.isGenerated || site.simulated) return;
  const { INITIAL_ADMIN_EMAIL: email, INITIAL_ADMIN_PASSWORD: password } = administrator.tenant;
  const file = site.folder.path(SITE_FILES.initialTenant);
  context.insist(
    `Password of ${email}: ${password}`,
    `It is shown only once; until the database has it, it is also in ${file}.`,
  );
}

/** What an order leaves in the site's folder beside the record. */
async function keepFiles(
  { site, authKey, licence, simulate }: Order,
  administrator: Administrator | null,
): Promise<void> {
  await recordSimulation(site, simulate);
  if (authKey !== null) await site.folder.write(SITE_FILES.authKey, `${authKey}\n`);
  if (administrator) await recordAdministrator(site, administrator);
  if (licence !== null) await recordLicence(site, licence);
}

/**
 * Consent to a wipe: the id of the data that may be deleted, by `--destroy` or by typing the site's name; null for none. If the data
 * cannot be determined now, a given id counts; without one, the step that would wipe asks.
 */
async function consentToWipe(
  context: CommandContext,
  { site, spec }: Order,
  install: InstallView | null,
  destroy: string | null,
): Promise<string | null> {
  if (spec.mode !== 'fresh') {
    if (destroy !== null) throw usageError('--destroy belongs to --fresh: --recover keeps all data');
    return null;
  }
  // A simulated appliance has no data to lose.
  if (site.simulated && destroy === null) return install?.progress?.facts.dataId ?? null;
  if (install?.run === 'RUNNING' && destroy === null) return null;
  const kubeconfig = spec.existingCluster.kubeconfig ?? kubeconfigOf(site);
  const mayHoldData = couldWipe(site, spec) && kubeconfig !== null;
  const found = mayHoldData ? await dataThere(context, kubeconfig) : undefined;
  if (destroy !== null) {
    if (found !== undefined && found !== destroy) throw otherData(context, site, destroy, found);
    return destroy;
  }
  if (found === undefined && mayHoldData)
    context.say(
      `It is unknown whether ${site.siteId} holds application data. If it does, the install stops and asks before it touches the data.`,
    );
  if (found === undefined || found === null) return null;
  const prompter = context.yes ? null : await context.prompter();
  const what = `all application data of ${site.siteId} on ${spec.nodeIp}`;
  if (!prompter)
    throw usageError(
      `--fresh wipes ${what}, and --yes does not confirm that. ` +
        `To delete it permanently: \`${callOf(context, site, ['start', '--fresh', '--destroy', found])}\`; --recover keeps it`,
    );
  await prompter.text({
    message: `This wipes ${what} (${found}). Type the site's name to continue`,
    check: (typed) =>
      typed.trim() === site.siteId ? undefined : `type ${site.siteId}, or press Ctrl-C to keep the data`,
  });
  return found;
}

/** A repeated command destroys nothing: the data that it names was deleted by its first run. */
function otherData(context: CommandContext, site: Site, named: string, found: string | null): UserError {
  if (found === null)
    return usageError(
      `--destroy ${named}: ${site.siteId} holds no application data (any more). Run it without --destroy: \`${callOf(context, site, 'start --fresh')}\``,
    );
  return usageError(
    `--destroy ${named}: the application data of ${site.siteId} has the id ${found}. Nothing was touched: data with another id may be newer than you expect`,
  );
}

/** The spec differs from the running install's: reports how. Nothing of the order was written. */
function refuse(
  context: CommandContext,
  { site, spec }: Order,
  { running }: Extract<StartOutcome, { kind: 'refused' }>,
): number {
  context.insist(...refusalLines(context.errorStyle, running, spec, (call) => callOf(context, site, call)));
  return EXIT.held;
}

/** A failed preflight touched nothing: the order is withdrawn, so that a corrected one is not refused for it. */
async function withdraw(context: CommandContext, { site }: Order, session: Session): Promise<void> {
  const { clock } = context.services;
  const until = clock.now().getTime() + CANCEL_PATIENCE_MS;
  await session.installs.cancel(site.siteId);
  while (clock.now().getTime() < until && !context.io.signal.aborted) {
    if ((await session.installs.view(site.siteId))?.run !== 'RUNNING') break;
    await clock.sleep(250, context.io.signal);
  }
  context.insist(
    'Preflight failed: nothing was touched, and the install was withdrawn. Correct what the checks report, then start again.',
    '',
  );
}
