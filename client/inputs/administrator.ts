import { randomInt } from 'node:crypto';
import { resolve } from 'node:path';
import { buffer as readAll } from 'node:stream/consumers';
import { ADMINISTRATOR, initialTenant, passwordFault } from '../../model/initial-tenant.ts';
import type { AdministratorInput, AdministratorKey, InitialTenant } from '../../model/initial-tenant.ts';
import type { InstallSpec } from '../../model/site.ts';
import { SITE_FILES } from '../../site-folder/index.ts';
import type { Site } from '../site/site.ts';
import { optionKey } from '../terminal/flags.ts';
import { FileRefused, readGiven } from '../terminal/given-file.ts';
import type { Io } from '../terminal/io.ts';
import { switchOption, textOption } from '../terminal/options.ts';
import type { Options } from '../terminal/options.ts';
import type { Prompter } from '../terminal/prompts.ts';
import { faultsError } from './faults.ts';
import type { Fault } from './faults.ts';

/** What was given for the first administrator so far, and what is wrong with it. */
export interface AdministratorSoFar {
  readonly texts: ReadonlyMap<AdministratorKey, string>;
  readonly password: string | null;
  /** Whether this order creates one: a database that is kept has its administrators. */
  readonly isWanted: boolean;
  /** Whether this very call says anything of it by a flag. */
  readonly isNamed: boolean;
  readonly faults: readonly Fault[];
  /** What was not given yet, or could be shown to no one: a fault if there is no prompt and an install starts. */
  readonly missing: readonly Fault[];
}

/** The first administrator of an order. */
export interface Administrator {
  readonly tenant: InitialTenant;
  /** The password has not been shown yet. */
  readonly isGenerated: boolean;
}

export interface AdministratorRequest {
  readonly io: Io;
  readonly options: Options;
  readonly site: Site;
  readonly mode: InstallSpec['mode'] | null;
}

/**
 * The first administrator from flags, environment and an earlier order, in this precedence, checked. The password comes from a
 * file or standard input, never from a flag or a variable.
 */
export async function givenAdministrator(request: AdministratorRequest): Promise<AdministratorSoFar> {
  const { io, options, site, mode } = request;
  const given = await givenPassword(io, options);
  const faults = [...given.faults];
  const before = mode === 'fresh' ? await recorded(site) : null;
  const texts = new Map<AdministratorKey, string>();
  let isNamed = given.password !== null;
  for (const { key, flag, variable, schema } of ADMINISTRATOR) {
    const option = textOption(options, optionKey(flag));
    const text = option ?? io.env[variable] ?? '';
    isNamed ||= option !== undefined;
    const fault = text === '' ? undefined : schema.safeParse(text).error?.issues[0];
    if (fault)
      faults.push({ flag: option === undefined ? variable : `--${flag}`, text: `"${text}": ${fault.message}` });
    const kept = text === '' ? before?.[key] : text;
    if (kept !== undefined) texts.set(key, kept.trim());
  }
  const isWanted = mode === 'fresh' || (isNamed && site.record === null);
  if (mode === 'recover' && isNamed && !isWanted)
    faults.push({
      flag: '--recover',
      text: 'keeps the existing administrators: omit the flags of the first administrator, or use --fresh',
    });
  const password = given.password ?? before?.INITIAL_ADMIN_PASSWORD ?? null;
  const isTold = password !== null || io.stderrIsTty;
  const missing = isWanted && !site.simulated ? [...missingTexts(texts), ...(isTold ? [] : [UNTOLD])] : [];
  return { texts, password, isWanted, isNamed, faults, missing };
}

/** Asks for what is missing if there is a prompter, and generates a password if none is given. Null where none is wanted. */
export async function wholeAdministrator(
  { texts, password, isWanted }: AdministratorSoFar,
  site: Site,
  prompter: Prompter | null,
  takeDefaults: boolean,
): Promise<Administrator | null> {
  if (!isWanted) return null;
  const whole = new Map(texts);
  for (const input of ADMINISTRATOR) {
    if (whole.has(input.key)) continue;
    if (site.simulated) whole.set(input.key, input.simulated);
    else if (prompter) whole.set(input.key, await askFor(input, prompter));
  }
  const answer =
    password === null && prompter && !takeDefaults && !site.simulated
      ? await askPassword(prompter, 'Password of the first administrator')
      : null;
  const known = password ?? answer;
  const tenant = initialTenant.parse({
    ...Object.fromEntries(whole),
    INITIAL_ADMIN_PASSWORD: known ?? generatedPassword(),
  });
  return { tenant, isGenerated: known === null };
}

/** Keeps the first administrator for the install: 0600 in the site's folder. */
export async function recordAdministrator(site: Site, { tenant }: Administrator): Promise<void> {
  await site.folder.write(SITE_FILES.initialTenant, `${JSON.stringify(tenant, null, 2)}\n`);
}

export type AdministratorChange = Partial<Record<AdministratorKey, string>>;

/** What flags change of the first administrator, or null for nothing. Throws a usage error that names every fault. */
export function administratorChange(options: Options, helpOf: string): AdministratorChange | null {
  const change: AdministratorChange = {};
  const faults: Fault[] = [];
  for (const { key, flag, schema } of ADMINISTRATOR) {
    const text = textOption(options, optionKey(flag));
    if (text === undefined) continue;
    const { data, error } = schema.safeParse(text);
    if (data === undefined)
      faults.push({ flag: `--${flag}`, text: `"${text}": ${error?.issues[0]?.message ?? 'wrong'}` });
    else change[key] = data;
  }
  if (faults.length > 0) throw faultsError(faults, helpOf);
  return Object.keys(change).length === 0 ? null : change;
}

/** Whether the install still has a first administrator to create, which can be changed. */
export async function hasAdministratorToMake(site: Site): Promise<boolean> {
  return (await recorded(site)) !== null;
}

/** Changes the first administrator that the install will create; false, and nothing changed, if it has none to create (any more). */
export async function changeAdministrator(site: Site, change: AdministratorChange): Promise<boolean> {
  const before = await recorded(site);
  if (!before) return false;
  await recordAdministrator(site, { tenant: { ...before, ...change }, isGenerated: false });
  return true;
}

const LENGTH = 28;
/** Without characters that look like others, or that a shell interprets. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789-_+=@.';

/** A password of 28 characters that the vendor's rule accepts: 160 bits of chance. */
export function generatedPassword(): string {
  for (;;) {
    const password = Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)] ?? '').join('');
    // A leading dash would be read as a flag where it is pasted.
    if (!password.startsWith('-') && passwordFault(password) === null) return password;
  }
}

/** A generated password is shown once, on a terminal: without one it would never be known. */
const UNTOLD: Fault = {
  flag: '--admin-password-file',
  text: 'is missing (or --admin-password-stdin): a generated password is shown only on a terminal',
};

function missingTexts(texts: ReadonlyMap<AdministratorKey, string>): Fault[] {
  return ADMINISTRATOR.filter(({ key }) => !texts.has(key)).map(({ flag, variable, help }) => ({
    flag: `--${flag}`,
    text: `is missing (or set ${variable}): ${help}`,
  }));
}

/** One that cannot be read counts as missing: it is asked for and written again. */
async function recorded(site: Site): Promise<InitialTenant | null> {
  const text = await site.folder.read(SITE_FILES.initialTenant);
  if (text === null) return null;
  try {
    return initialTenant.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

export interface GivenPassword {
  readonly password: string | null;
  readonly faults: readonly Fault[];
}

async function givenPassword(io: Io, options: Options): Promise<GivenPassword> {
  if (switchOption(options, 'adminPasswordStdin') && switchOption(options, 'authKeyStdin'))
    return wrong('--admin-password-stdin', 'and --auth-key-stdin cannot be combined: give one of them in a file');
  return passwordGivenBy(io, options, 'admin-password');
}

/** Far more than any password has. */
const MOST_BYTES = 64 * 1024;

/** The password from `--<stem>-file` or `--<stem>-stdin`, checked by the vendor's rule. */
export async function passwordGivenBy(io: Io, options: Options, stem: string): Promise<GivenPassword> {
  const [byFile, byStdin] = [`--${stem}-file`, `--${stem}-stdin`];
  const file = textOption(options, optionKey(`${stem}-file`));
  const fromStdin = switchOption(options, optionKey(`${stem}-stdin`));
  if (file !== undefined && fromStdin) return wrong(byFile, `and ${byStdin} cannot be combined: give one of them`);
  if (fromStdin) return checked(byStdin, await readAll(io.stdin));
  if (file === undefined) return { password: null, faults: [] };
  const path = resolve(io.cwd, file);
  try {
    return checked(byFile, await readGiven(path, { most: MOST_BYTES, signal: io.signal }));
  } catch (error) {
    if (error instanceof FileRefused) return wrong(byFile, `${path} ${error.message}`);
    io.signal.throwIfAborted();
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return wrong(byFile, `${path} cannot be read (${reason})`);
  }
}

/** The line end and a byte order mark are not part of a password; spaces are. What is not UTF-8 could not be typed. */
function checked(flag: string, bytes: Uint8Array): GivenPassword {
  const text = textIn(bytes);
  if (text === null) return wrong(flag, 'the password is not UTF-8: save it as UTF-8 text');
  const password = text.replace(/\r?\n$/, '');
  const fault = passwordFault(password);
  return fault === null ? { password, faults: [] } : wrong(flag, fault);
}

function textIn(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function wrong(flag: string, text: string): GivenPassword {
  return { password: null, faults: [{ flag, text }] };
}

async function askFor({ prompt, schema }: AdministratorInput, prompter: Prompter): Promise<string> {
  const answer = await prompter.text({
    message: prompt,
    check: (text) => schema.safeParse(text).error?.issues[0]?.message,
  });
  return answer.trim();
}

/** Prompts for a password, hidden, by the vendor's rule; null if one is to be generated. */
export async function askPassword(prompter: Prompter, what: string): Promise<string | null> {
  const answer = await prompter.secret(`${what} (leave empty to generate one)`, (text) =>
    text === '' ? undefined : (passwordFault(text) ?? undefined),
  );
  return answer === '' ? null : answer;
}
