import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AdministrationError, resetPassword, showAdministrators } from '../../administration/index.ts';
import type { Administrator, Administrators, PasswordReset } from '../../administration/index.ts';
import type { CommandContext } from '../context.ts';
import { askPassword, generatedPassword, passwordGivenBy } from '../inputs/administrator.ts';
import { faultsError } from '../inputs/faults.ts';
import { packageRoot } from '../inputs/releases.ts';
import { endOperation } from '../../holder/hold.ts';
import { clusterToWrite, holderFailure, surroundingsOf } from '../install/holder.ts';
import { recordAction } from '../site/action-log.ts';
import { callOf } from '../site/hints.ts';
import { neededKubeconfig } from '../site/kubeconfig.ts';
import type { Site } from '../site/site.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { UserError, usageError } from '../terminal/failure.ts';
import type { Prompter } from '../terminal/prompts.ts';
import { table } from '../terminal/table.ts';
import { clean, count } from '../terminal/text.ts';
import { defineCommand } from './define.ts';

/** `admin show | reset-password`: who administers Alga PSA on the appliance, and a new password for one of them. */
export const command = defineCommand({
  arguments: {
    action: { help: 'what to do', choices: ['show', 'reset-password'] },
  },
  flags: [
    { flags: '--email <address>', help: 'administrator to act on (default: the only one)' },
    {
      flags: '--password-file <file>',
      help: 'file with the new password (default: prompt for it, or generate it and show it once)',
    },
    { flags: '--password-stdin', help: 'read the new password from standard input' },
  ],
  examples: [
    'admin show',
    'admin reset-password --email ada@example.com',
    'admin reset-password --yes --password-file new-password',
  ],
  run: async (context, { email, passwordFile, passwordStdin }) => {
    const isReset = context.args[0] === 'reset-password';
    const site = await context.site(isReset ? 'changes' : 'looks');
    if (isReset) return reset(context, site, email);
    if (email !== undefined || passwordFile !== undefined || passwordStdin)
      throw usageError('`admin show` takes no --email and no password: it changes nothing');
    return show(context, site);
  },
});

async function show(context: CommandContext, site: Site): Promise<number> {
  const found = await withAppliance(context, site, showAdministrators);
  await context.give(found, () =>
    found.administrators.length === 0
      ? ['The appliance has no administrator yet.']
      : table(
          context.style,
          ['COMPANY', 'NAME', 'E-MAIL', 'STATE', 'TWO-FACTOR', 'LAST LOGIN'],
          found.administrators.map(({ company, name, email, active, twoFactor, lastLoginAt }) => [
            { text: clean(company) },
            { text: clean(name) },
            { text: clean(email) },
            { text: active ? 'active' : 'inactive', tone: active ? 'good' : 'bad' },
            { text: twoFactor ? 'on' : 'off' },
            { text: lastLoginAt ?? 'never' },
          ]),
        ),
  );
  if (found.isCut) context.insist(`Only the first ${found.administrators.length} administrators are shown.`);
  return EXIT.done;
}

async function reset(context: CommandContext, site: Site, email: string | undefined): Promise<number> {
  const { io } = context;
  const given = await passwordGivenBy(io, context.options, 'password');
  if (given.faults.length > 0) throw faultsError(given.faults, 'admin');
  const prompter = context.yes ? null : await context.prompter();
  if (!prompter && !context.yes)
    throw usageError('`admin reset-password` asks for a confirmation: without a terminal, add --yes');
  if (given.password === null && !prompter && !io.stderrIsTty)
    throw usageError('give --password-file or --password-stdin: a generated password is shown only on a terminal');

  const found = await withAppliance(context, site, showAdministrators);
  const user = await chosen(found, email, prompter);
  const typed =
    given.password === null && prompter ? await askPassword(prompter, `New password of ${clean(user.email)}`) : null;
  const password = given.password ?? typed ?? generatedPassword();
  if (!user.active) context.insist(`${nameOf(user)} is inactive and cannot log in until the account is active again.`);
  if (prompter && !(await prompter.confirm(`Set a new password for ${nameOf(user)} and end all their sessions?`))) {
    context.insist('Nothing was changed.');
    return EXIT.interrupted;
  }

  const done = await withAppliance(context, site, (surroundings) => resetPassword(surroundings, user, password)).catch(
    async (error: unknown) => {
      if (isUncertain(error)) await record(context, site, `may have reset the password of ${user.email}: no answer`);
      throw error;
    },
  );
  await record(context, site, `reset the password of ${user.email} and ended ${sessionsOf(done)}`);
  const { id: _, ...who } = user;
  await context.give({ siteId: site.siteId, ...who, ...done }, () => [
    `${nameOf(user)} has a new password. Ended: ${sessionsOf(done)}; this takes effect within a minute.`,
  ]);
  if (user.twoFactor)
    context.insist('Two-factor authentication stays on for this user: the login still asks for a code.');
  if (given.password === null && typed === null)
    context.insist(`Password of ${clean(user.email)}: ${password}`, 'It is shown only once and not stored.');
  return EXIT.done;
}

/** The administrator to act on. Throws a usage error that lists the known ones where that is none or several. */
async function chosen(
  { administrators }: Administrators,
  email: string | undefined,
  prompter: Prompter | null,
): Promise<Administrator> {
  const wanted = email?.trim().toLowerCase();
  const meant = administrators.filter((one) => wanted === undefined || one.email.toLowerCase() === wanted);
  const known = administrators.map((one) => `  ${nameOf(one)}`).join('\n');
  const [first, second] = meant;
  if (administrators.length === 0)
    throw new UserError(EXIT.missing, 'The appliance has no administrator yet: an install creates the first one.');
  if (!first)
    throw usageError(`--email "${clean(email ?? '')}" is not an administrator of this appliance. Known:\n${known}`);
  if (!second) return first;
  if (!prompter)
    throw usageError(
      wanted === undefined
        ? `several administrators found: choose one with --email. Known:\n${known}`
        : `several companies have an administrator with this address: run this on a terminal to choose one. Known:\n${known}`,
    );
  const keyOf = ({ tenant, id }: Administrator): string => `${tenant}/${id}`;
  const options = meant.map((one) => ({ value: keyOf(one), label: nameOf(one) }));
  const answer = await prompter.choose('Reset the password of:', options, keyOf(first));
  return meant.find((one) => keyOf(one) === answer) ?? first;
}

function nameOf({ name, email, company }: Administrator): string {
  return clean(`${name} <${email}>${company === '' ? '' : ` of ${company}`}`);
}

function sessionsOf({ sessionsEnded, mobileSessionsEnded }: PasswordReset): string {
  const mobile = mobileSessionsEnded === 0 ? '' : ` and ${count(mobileSessionsEnded, 'session')} of the mobile app`;
  return `${count(sessionsEnded, 'session')}${mobile}`;
}

/** As an operation on the site: the cluster ends its Job, and with it the operation, in this time. */
const ADMIN = { kind: 'admin', forMs: 4 * 60_000 } as const;
const END_MS = 5_000;

type Surroundings = Parameters<typeof showAdministrators>[0];

/** Asks a program in the appliance's own cluster: no secret of the cluster comes to this machine. */
async function withAppliance<Value>(
  context: CommandContext,
  site: Site,
  ask: (surroundings: Surroundings) => Promise<Value>,
): Promise<Value> {
  const { services, io } = context;
  if (site.simulated)
    throw usageError(
      `${site.siteId} is simulated: it has no database and no administrators. \`admin\` needs a real appliance`,
    );
  const kubeconfig = neededKubeconfig(context, site);
  const program = await readFile(join(packageRoot(), 'administration/program.mjs'), 'utf8');
  const cluster = await clusterToWrite(context, site, kubeconfig, ADMIN);
  try {
    return await ask({ cluster, program, clock: services.clock, signal: io.signal });
  } catch (error) {
    throw explained(error, context, site);
  } finally {
    // One whose end cannot be recorded expires soon.
    await endOperation(surroundingsOf(context, site, kubeconfig), ADMIN.kind, AbortSignal.timeout(END_MS)).catch(
      () => undefined,
    );
    await cluster.reader.close();
  }
}

function explained(error: unknown, context: CommandContext, site: Site): unknown {
  if (!(error instanceof Error)) return error;
  const held = holderFailure(context, site, error);
  if (held) return held;
  if (error.name === 'ClusterError')
    return new UserError(
      EXIT.missing,
      `The request to the cluster of ${site.siteId} failed: ${error.message}. Nothing was changed.`,
      { cause: error },
    );
  if (!(error instanceof AdministrationError)) return error;
  const exit = context.io.signal.aborted ? EXIT.interrupted : error.kind === 'busy' ? EXIT.held : EXIT.missing;
  const next = error.isUntouched
    ? `Nothing was changed. \`${callOf(context, site, 'status')}\` shows the state of the appliance.`
    : 'The password may or may not have been reset: run the command again, which does no harm.';
  return new UserError(exit, `${error.message} ${next}`, { cause: error });
}

function isUncertain(error: unknown): boolean {
  return error instanceof UserError && error.cause instanceof AdministrationError && !error.cause.isUntouched;
}

/** The log is for people to read later: one that cannot be written does not undo the action. */
async function record(context: CommandContext, site: Site, what: string): Promise<void> {
  await recordAction(site, what, context.services.clock.now()).catch((error: unknown) => {
    context.insist(`Cannot write the site's log: ${error instanceof Error ? error.message : String(error)}`);
  });
}
