import { resolve } from 'node:path';
import { STATE_WORDS } from '../../model/state-words.ts';
import { statusDocument } from '../../model/status.ts';
import type { StatusDocument } from '../../model/status.ts';
import { FileRefused, readGiven } from '../terminal/given-file.ts';
import { checksOf } from '../status/verify.ts';
import { parseDuration } from '../terminal/options.ts';
import { SITE_FILES } from '../../site-folder/index.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { usageError } from '../terminal/failure.ts';
import type { Site } from '../site/site.ts';
import { canLogIn } from '../../kubernetes/login.ts';
import { statusPageUrl } from '../../model/status-page-url.ts';
import { duration } from '../terminal/text.ts';
import type { HttpAnswer } from '../../observation/index.ts';
import { defineCommand } from './define.ts';

/** `smoke monitor | verify`: status page and application, asked from here as a browser would. */
export const command = defineCommand({
  arguments: {
    action: {
      help: 'monitor: wait until both answer, the status API first; verify: check what an installed appliance must have',
      choices: ['monitor', 'verify'],
    },
  },
  flags: [
    { flags: '--timeout <duration>', help: 'give up after this time, with exit code 5 (default: 90m)' },
    { flags: '--status-url <url>', help: 'address of the status page (default: port 8080 of the node)' },
    { flags: '--app-url <url>', help: 'address of the application (default: the one of the install)' },
    {
      flags: '--token-file <file>',
      help: 'file with the token of the status page (default: the one in the site folder)',
    },
    {
      flags: '--expect-blocker <code>',
      help: 'verify: a blocker that must be there in the background, such as image-tag-missing or image-tag-missing/email-service',
    },
  ],
  examples: [
    'smoke monitor',
    'smoke verify',
    'smoke verify --status-url http://192.0.2.10:8080 --app-url http://192.0.2.10:3000 --token-file token',
  ],
  run: async (context, { timeout, statusUrl, appUrl, tokenFile, expectBlocker }) => {
    const site = await context.site();
    const { record } = site;
    const page = urlOf('--status-url', statusUrl) ?? (record && statusPageUrl(record.nodeIp));
    const app = urlOf('--app-url', appUrl) ?? record?.appUrl;
    if (!page || !app)
      throw usageError(
        `no site ${site.siteId} in ${site.home}: name one with --site, or give --status-url and --app-url`,
      );
    const token = tokenReader(context, site, tokenFile);
    if (statusUrl !== undefined && (await token.read()) === null)
      throw usageError(`no token for ${page} in ${token.file}: give the file that has it with --token-file`);
    const targets: Target[] = [
      { name: 'status page', url: `${page}/healthz`, isUp: ({ status }) => status === 200 },
      { name: 'application', url: app, isUp: (answer) => canLogIn(answer) === true },
      { name: 'status document', url: `${page}/api/status`, token, isUp: (answer) => documentIn(answer) !== null },
    ];
    return context.args[0] === 'verify'
      ? verify(context, targets, expectBlocker)
      : monitor(context, targets, parseDuration('--timeout', timeout) ?? DEFAULT_TIMEOUT_MS);
  },
});

const LOOK_EVERY_MS = 2_000;
const REQUEST_TIMEOUT_MS = 2_000;
const LONGEST_SILENCE_MS = 8_000;
const DEFAULT_TIMEOUT_MS = 90 * 60_000;

/** A status document of a large cluster; a page that sends more is none. */
const DOCUMENT_BYTES = 4 * 1024 * 1024;
const TOKEN_BYTES = 4_096;

/** The token that opens the page; the install creates it early, so a folder may not have it yet. */
interface TokenReader {
  readonly file: string;
  readonly read: () => Promise<string | null>;
}

/** One thing that is asked until it answers as it should. */
interface Target {
  readonly name: string;
  readonly url: string;
  /** Asked with this token, and its body read. */
  readonly token?: TokenReader;
  readonly isUp: (answer: HttpAnswer) => boolean;
}

/** What was seen of a target. */
interface Seen {
  readonly name: string;
  readonly url: string;
  up: boolean;
  answer: string;
  upAt: string | null;
}

function urlOf(flag: string, given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const isUrl = URL.canParse(given) && /^https?:$/.test(new URL(given).protocol);
  if (!isUrl) throw usageError(`${flag} "${given}": expected an http or https URL`);
  return given.replace(/\/+$/, '');
}

function tokenReader({ io }: CommandContext, { folder }: Site, given: string | undefined): TokenReader {
  if (given === undefined)
    return {
      file: folder.path(SITE_FILES.statusToken),
      read: async () => (await folder.read(SITE_FILES.statusToken))?.trim() || null,
    };
  const file = resolve(io.cwd, given);
  let known: string | null = null;
  // A pipe can be read once.
  const read = async (): Promise<string | null> => {
    try {
      return (known ??=
        (await readGiven(file, { most: TOKEN_BYTES, signal: io.signal })).toString('utf8').trim() || null);
    } catch (error) {
      io.signal.throwIfAborted();
      const why = error instanceof FileRefused ? error.message : 'cannot be read';
      throw usageError(`--token-file ${given} ${why}`, { cause: error });
    }
  };
  return { file, read };
}

/** A page that answers may still be another one, or have another token: the token must open it, and it must give a status document. */
function documentIn({ status, body }: HttpAnswer): StatusDocument | null {
  if (status !== 200 || body === undefined) return null;
  try {
    return statusDocument.safeParse(JSON.parse(body)).data ?? null;
  } catch {
    return null;
  }
}

async function verify(
  context: CommandContext,
  targets: readonly Target[],
  expected: string | undefined,
): Promise<number> {
  const asked = await Promise.all(targets.map((target) => ask(context, target)));
  const seen = asked.map((one) => one.seen);
  const told = asked.find((one) => one.document !== null);
  const checks = told?.document ? checksOf(told.document, expected) : [];
  const rows = [
    ...seen,
    ...checks.map(({ name, holds, words }) => ({
      name,
      url: told?.seen.url ?? '',
      up: holds,
      answer: words,
      upAt: null,
    })),
  ];
  await context.give(rows, () => [
    ...seen.map(seenLine),
    ...checks.map(({ name, holds, words }) => `${name} ${holds ? 'ok' : 'not ok'}: ${words}`),
  ]);
  return rows.every(({ up }) => up) ? EXIT.done : EXIT.blocked;
}

/**
 * Asks until everything is up. Says each change, and never stays silent for ten seconds. An application that answers before the
 * status API does ends it with 4, whatever comes after: nobody could have seen how the install went.
 */
async function monitor(context: CommandContext, targets: readonly Target[], patience: number): Promise<number> {
  const { clock } = context.services;
  const began = clock.now().getTime();
  const known = new Map<string, Seen>();
  const order = orderOf();
  let told = 0;
  for (;;) {
    const seen = (await Promise.all(targets.map((target) => ask(context, target)))).map((one) => one.seen);
    const now = clock.now().getTime();
    const changed = seen.filter((one) => known.get(one.name)?.answer !== one.answer);
    if (changed.length > 0 || now - told >= LONGEST_SILENCE_MS) {
      const lines = changed.length > 0 ? changed : seen.filter(({ up }) => !up);
      context.say(...lines.map((one) => `${duration(now - began)}  ${seenLine(one)}`));
      told = now;
    }
    for (const one of seen)
      known.set(one.name, { ...one, upAt: (one.up ? known.get(one.name)?.upAt : null) ?? one.upAt });
    order.note(seen);
    const isUp = seen.every(({ up }) => up);
    if (isUp || now - began >= patience) {
      const rows = [...known.values()];
      const { holds, words } = order.verdict();
      const application = rows.find(({ name }) => name === 'application')?.url ?? '';
      await context.give([...rows, { name: 'order', url: application, up: holds, answer: words, upAt: null }], () => [
        ...rows.map((one) => sinceLine(one, began)),
        `order ${holds ? 'ok' : 'not ok'}: ${words}`,
      ]);
      if (!holds) return EXIT.blocked;
      return isUp ? EXIT.done : EXIT.timeout;
    }
    await clock.sleep(LOOK_EVERY_MS, context.io.signal);
    if (context.io.signal.aborted) return EXIT.interrupted;
  }
}

/** Follows which came up first, the status API or the application. */
function orderOf(): {
  note(seen: readonly Seen[]): void;
  verdict(): { readonly holds: boolean; readonly words: string };
} {
  let looks = 0;
  let first: 'status' | 'application' | 'both' | null = null;
  return {
    note: (seen) => {
      looks += 1;
      if (first !== null) return;
      const isUp = (name: string): boolean => seen.some((one) => one.name === name && one.up);
      const [status, application] = [isUp('status document'), isUp('application')];
      if (status && application) first = looks === 1 ? 'both' : 'status';
      else if (status) first = 'status';
      else if (application) first = 'application';
    },
    verdict: () => {
      if (first === 'application') return { holds: false, words: 'the application answered before the status API' };
      if (first === 'both') return { holds: true, words: 'both answered the first request' };
      if (first === null) return { holds: true, words: 'neither has answered' };
      return { holds: true, words: 'the status API answered before the application' };
    },
  };
}

async function ask(
  { services, io }: CommandContext,
  { name, url, token, isUp }: Target,
): Promise<{ readonly seen: Seen; readonly document: StatusDocument | null }> {
  const secret = token ? await token.read() : null;
  if (token && secret === null) {
    const answer = `no token in ${token.file} yet`;
    return { seen: { name, url, up: false, answer, upAt: null }, document: null };
  }
  const answer = await services.get(url, {
    signal: io.signal,
    timeoutMs: REQUEST_TIMEOUT_MS,
    ...(secret !== null && {
      headers: { accept: 'application/json', authorization: `Bearer ${secret}` },
      bodyBytes: DOCUMENT_BYTES,
    }),
  });
  const up = isUp(answer);
  const document = token ? documentIn(answer) : null;
  const words = answerText(answer, token !== undefined, document);
  return { seen: { name, url, up, answer: words, upAt: up ? services.clock.now().toISOString() : null }, document };
}

function answerText(
  { status, location, error }: HttpAnswer,
  isDocument: boolean,
  document: StatusDocument | null,
): string {
  if (error !== null) return error;
  if (document !== null) return `HTTP ${status}, ${STATE_WORDS[document.rollup.state]}`;
  if (isDocument && status === 200) return 'HTTP 200, but no status document';
  return location === null ? `HTTP ${status}` : `HTTP ${status} to ${location}`;
}

/** The line of a target, with the time from the monitor's start until it came up. */
function sinceLine(seen: Seen, began: number): string {
  const since = seen.upAt === null ? '' : `, since ${duration(Date.parse(seen.upAt) - began)}`;
  return `${seenLine(seen)}${since}`;
}

function seenLine({ name, url, up, answer }: Seen): string {
  return `${name} ${up ? 'is up' : 'is not up'}: ${url} (${answer})`;
}
