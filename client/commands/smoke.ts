import { parseDuration } from '../terminal/options.ts';
import { PORTS } from '../../model/appliance.ts';
import { SITE_FILES } from '../../site-folder/index.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { usageError } from '../terminal/failure.ts';
import type { Site } from '../site/site.ts';
import { isLoginReady, statusPageUrl } from '../status/login-ready.ts';
import { duration } from '../terminal/text.ts';
import type { HttpAnswer } from '../status/http.ts';
import { defineCommand } from './define.ts';

/** `smoke monitor | verify`: status page and application, asked from here as a browser would. */
export const command = defineCommand({
  arguments: {
    action: { help: 'what to do', choices: ['monitor', 'verify'] },
  },
  flags: [{ flags: '--timeout <duration>', help: 'give up after this time, with exit code 5 (default: 90m)' }],
  examples: ['smoke monitor', 'smoke verify'],
  run: async (context, { timeout }) => {
    const site = await context.site();
    const { record } = site;
    if (!record) throw usageError(`no site ${site.siteId} is known in ${site.home}: name one with --site`);
    const targets: Target[] = [
      {
        name: 'status page',
        url: `${statusPageUrl(record.nodeIp, PORTS.statusPage)}/healthz`,
        isUp: ({ status }) => status === 200,
      },
      { name: 'application', url: record.appUrl, isUp: isLoginReady },
    ];
    return context.args[0] === 'verify'
      ? verify(context, [...targets, ...(await opened(site, record.nodeIp))])
      : monitor(context, targets, parseDuration('--timeout', timeout) ?? DEFAULT_TIMEOUT_MS);
  },
});

const LOOK_EVERY_MS = 2_000;
const REQUEST_TIMEOUT_MS = 2_000;
const LONGEST_SILENCE_MS = 8_000;
const DEFAULT_TIMEOUT_MS = 90 * 60_000;

/** One thing that is asked until it answers as it should. */
interface Target {
  readonly name: string;
  readonly url: string;
  readonly headers?: Record<string, string>;
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

/** A page that answers may still be another one, or have another token than this folder: the token must open it. */
async function opened({ folder }: Site, nodeIp: string): Promise<Target[]> {
  const token = (await folder.read(SITE_FILES.statusToken))?.trim();
  if (!token) return [];
  return [
    {
      name: 'status document',
      url: `${statusPageUrl(nodeIp, PORTS.statusPage)}/api/status`,
      headers: { authorization: `Bearer ${token}` },
      isUp: ({ status }) => status === 200,
    },
  ];
}

async function verify(context: CommandContext, targets: readonly Target[]): Promise<number> {
  const seen = await Promise.all(targets.map((target) => ask(context, target)));
  await context.give(seen, () => seen.map(seenLine));
  return seen.every(({ up }) => up) ? EXIT.done : EXIT.blocked;
}

/** Asks until everything is up. Says each change, and never stays silent for ten seconds. */
async function monitor(context: CommandContext, targets: readonly Target[], patience: number): Promise<number> {
  const { clock } = context.services;
  const began = clock.now().getTime();
  const known = new Map<string, Seen>();
  let told = 0;
  for (;;) {
    const seen = await Promise.all(targets.map((target) => ask(context, target)));
    const now = clock.now().getTime();
    const changed = seen.filter((one) => known.get(one.name)?.answer !== one.answer);
    if (changed.length > 0 || now - told >= LONGEST_SILENCE_MS) {
      const lines = changed.length > 0 ? changed : seen.filter(({ up }) => !up);
      context.say(...lines.map((one) => `${duration(now - began)}  ${seenLine(one)}`));
      told = now;
    }
    for (const one of seen)
      known.set(one.name, { ...one, upAt: (one.up ? known.get(one.name)?.upAt : null) ?? one.upAt });
    const isUp = seen.every(({ up }) => up);
    if (isUp || now - began >= patience) {
      await context.give([...known.values()], () => [...known.values()].map((one) => sinceLine(one, began)));
      return isUp ? EXIT.done : EXIT.timeout;
    }
    await clock.sleep(LOOK_EVERY_MS, context.io.signal);
    if (context.io.signal.aborted) return EXIT.interrupted;
  }
}

async function ask({ services, io }: CommandContext, { name, url, headers, isUp }: Target): Promise<Seen> {
  const answer = await services.get(url, {
    signal: io.signal,
    timeoutMs: REQUEST_TIMEOUT_MS,
    ...(headers && { headers }),
  });
  const up = isUp(answer);
  return { name, url, up, answer: answerText(answer), upAt: up ? services.clock.now().toISOString() : null };
}

function answerText({ status, location, error }: HttpAnswer): string {
  if (error !== null) return error;
  return location === null ? `HTTP ${status}` : `HTTP ${status} to ${location}`;
}

/** Takes what was seen and when the monitor began, gives it with how long it took to come up. */
function sinceLine(seen: Seen, began: number): string {
  const since = seen.upAt === null ? '' : `, since ${duration(Date.parse(seen.upAt) - began)}`;
  return `${seenLine(seen)}${since}`;
}

function seenLine({ name, url, up, answer }: Seen): string {
  return `${name} ${up ? 'is up' : 'is not up'}: ${url} (${answer})`;
}
