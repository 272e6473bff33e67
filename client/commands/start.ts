import { PORTS } from '../../model/appliance.ts';
import { SITE_FILES } from '../../site-folder/index.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { usageError } from '../terminal/failure.ts';
import { conclude } from '../follow/outcome.ts';
import { follow } from '../follow/follow.ts';
import type { FollowOptions } from '../follow/follow.ts';
import { lookAfresh } from '../follow/look-afresh.ts';
import { callOf } from '../site/hints.ts';
import type { StartOutcome } from '../install/install-client.ts';
import { recordAdministrator } from '../inputs/administrator.ts';
import type { Administrator } from '../inputs/administrator.ts';
import { recordLicence } from '../inputs/licence.ts';
import { couldWipe, takeOrder } from '../inputs/order.ts';
import type { Order } from '../inputs/order.ts';
import { withPageBeside } from '../page/beside.ts';
import { refusalLines } from '../inputs/difference.ts';
import { sourceLines } from '../render/source.ts';
import { withSession } from '../install/session.ts';
import type { Session } from '../install/session.ts';
import { recordSimulation } from '../site/simulation.ts';
import { recordSite } from '../site/site.ts';
import type { Site } from '../site/site.ts';
import { statusPageUrl } from '../status/login-ready.ts';
import { givePlan } from '../install/give-plan.ts';
import { ADMINISTRATOR_FLAGS, AUTH_KEY, INPUT_FLAGS, LICENCE, MODE } from '../inputs/flags.ts';
import { SIMULATE } from '../site/simulation.ts';
import { FOLLOW, followOptions } from '../follow/follow-options.ts';
import { defineCommand } from './define.ts';

/** `start`: orders an install, and follows it unless it is left to a background worker. */
export const command = defineCommand({
  flags: [
    ...MODE,
    { flags: '--detach', help: 'leave the install to a background worker and return' },
    { flags: '--dry-run', help: 'print the plan and every file it would write; touch nothing, start nothing' },
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
  ],
  run: async (context, { dryRun, detach = false, ...rest }) => {
    const following = followOptions(rest);
    const order = await takeOrder(context, { command: 'start', modeOtherwise: null, writes: dryRun !== true });
    if (dryRun) return givePlan(context, order);
    context.say(...order.notes);

    const { site } = order;
    const isKnown = site.record !== null;
    const first = isKnown ? null : await order.administrator.make();
    if (!isKnown) await record(context, order, first);
    const detached = detach || following.until === 'login';
    return withSession(context, site, { start: 'on-demand', detached }, async (session) => {
      const confirmed = await confirmWipe(context, order, session);
      const administrator = isKnown ? await administratorOf(context, order, session) : first;
      if (isKnown) await record(context, await keptIfRunning(context, confirmed, session), administrator);
      const outcome = await session.installs.start(confirmed.spec);
      if (outcome.kind === 'refused') return refuse(context, confirmed, outcome);
      const isJoined = outcome.kind === 'joined';
      context.say(
        isJoined
          ? `Joined the install of ${site.siteId} that runs already.`
          : `Installing ${site.siteId} on ${order.spec.nodeIp}.`,
        ...sourceLines(confirmed.spec),
        `Status page on the node, as soon as it is up: ${statusPageUrl(order.spec.nodeIp, PORTS.statusPage)}/`,
      );
      tellPassword(context, site, administrator);
      return withPageBeside(context, site, detach ? null : order.spec, async (page) => {
        page.feed();
        const worker = await session.ensureWorker();
        if (detach) {
          context.say(`A worker (process ${worker.pid}) goes on in the background; its log: ${worker.logFile}`);
          context.say(`\`${callOf(context, site, 'status --watch')}\` follows the install.`);
          return EXIT.done;
        }
        context.say('Ctrl-C stops following; the install can be taken up again at any time.');
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
 * The administrator of a site that was ordered before. An install that runs goes by the one that it has and asks for none. One that
 * was begun without, by an older client, takes what this call says, as long as the database has not been set up.
 */
async function administratorOf(
  context: CommandContext,
  { site, administrator }: Order,
  { installs }: Session,
): Promise<Administrator | null> {
  const view = await installs.view(site.siteId);
  if (view?.run !== 'RUNNING') return administrator.make();
  const setup = view.progress?.phases.find(({ id }) => id === 'bootstrap')?.state;
  const isTaken = setup === 'done' || setup === 'degraded' || (await site.folder.exists(SITE_FILES.initialTenant));
  if (!isTaken && (administrator.isWhole || administrator.isNamed)) return administrator.make();
  if (administrator.isNamed)
    context.say(
      `The install of ${site.siteId} runs and keeps the administrator that it has: the one named here is not taken.`,
    );
  return null;
}

/** An install that runs goes by the licence that it has: another would come too late, or never. */
async function keptIfRunning(context: CommandContext, order: Order, { installs }: Session): Promise<Order> {
  const { site, licence } = order;
  if (licence === null || (await installs.view(site.siteId))?.run !== 'RUNNING') return order;
  context.say('--license-file is left aside: the install that runs goes by what it began with.');
  return { ...order, licence: null };
}

/** A generated password is shown once, to whoever sits at the terminal: in a pipe, where somebody keeps it, none is generated. */
function tellPassword(context: CommandContext, site: Site, administrator: Administrator | null): void {
  if (!administrator?.isGenerated || site.simulated) return;
  const { INITIAL_ADMIN_EMAIL: email, INITIAL_ADMIN_PASSWORD: password } = administrator.tenant;
  const file = site.folder.path(SITE_FILES.initialTenant);
  context.insist(
    `Password of ${email}: ${password}`,
    `It is shown this once; until it is in the database it is in ${file}, too.`,
  );
}

async function record(
  context: CommandContext,
  { site, spec, authKey, licence, simulate }: Order,
  administrator: Administrator | null,
): Promise<void> {
  await recordSite(site, spec, context.services.clock.now());
  await recordSimulation(site, simulate);
  if (authKey !== null) await site.folder.write(SITE_FILES.authKey, `${authKey}\n`);
  if (administrator) await recordAdministrator(site, administrator);
  if (licence !== null) await recordLicence(site, licence);
}

/** Consent to a wipe: `--yes`, or the site's name typed. An install that runs already was consented to when it began. */
async function confirmWipe(context: CommandContext, order: Order, session: Session): Promise<Order> {
  const { site, spec } = order;
  const consented: Order = { ...order, spec: { ...spec, wipeConfirmed: true } };
  if (spec.mode !== 'fresh') return order;
  // A simulated appliance has no data to lose.
  if (context.yes || site.simulated) return consented;
  if (!couldWipe(site, spec)) return order;
  const view = await session.installs.view(site.siteId);
  if (view?.run === 'RUNNING') return order;
  const prompter = await context.prompter();
  if (!prompter)
    throw usageError(
      `--fresh wipes the application data of ${site.siteId} on ${spec.nodeIp}: add --yes to consent, or keep the data with --recover`,
    );
  await prompter.text({
    message: `This wipes all application data of ${site.siteId} on ${spec.nodeIp}. Type the site's name to go on`,
    check: (typed) =>
      typed.trim() === site.siteId ? undefined : `type ${site.siteId}, or press Ctrl-C to keep the data`,
  });
  return consented;
}

/** Another spec than the running install's: says how they differ, and puts the record right again. */
async function refuse(
  context: CommandContext,
  { site, spec }: Order,
  { running }: Extract<StartOutcome, { kind: 'refused' }>,
): Promise<number> {
  if (running) await recordSite(site, running, context.services.clock.now());
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
    'Preflight failed: nothing was touched, and the install was withdrawn. Put it right and start again.',
    '',
  );
}
