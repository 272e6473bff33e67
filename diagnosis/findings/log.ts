import { matchText, type Match } from '../classify.ts';
import { inOneLine } from '../one-line.ts';
import { withoutColours } from '../../redaction/index.ts';
import type { Facts } from '../rule.ts';

/** What a log says of why its program ended. */
export interface LogVerdict {
  /** The line that a rule knows, when one does. */
  readonly known: { readonly match: Match; readonly line: string; readonly times: number } | null;
  /** The last line that says it is an error, known or not; null when none does. */
  readonly lastError: string | null;
  /** Every line that complains, and all that follows the last one: they name what the program cannot reach. */
  readonly complaints: string;
}

export const NOTHING_SAID: LogVerdict = { known: null, lastError: null, complaints: '' };

/** So many telling lines from the end are read; what a program said long before it ended is history. */
const WINDOW = 40;

/** A line that many others continue is data, not a sentence. */
const LONGEST_SENTENCE = 400;

/** What comes later in a line is data; a pattern over megabytes of it runs out of stack. */
const LONGEST_LINE = 8192;

const STACK_FRAME =
  /^\s*(?:at |\.\.\. \d+ more|File "|goroutine \d+|\[signal |\/[\w./-]+\.go:\d+|[\w.*()/]+\(0x[0-9a-f]|[}\])]+;?\s*$|\^+\s*$|Node\.js v\d)/;
/** Levels by which a line says that it is no failure: in capitals anywhere, small ones only where a level stands. */
const CALM =
  /(?:^|[\s|[:"'])(?:DEBUG|INFO|NOTICE|TRACE|HINT)(?:[\s|\]:"',]|$)|\b(?:level|severity|lvl)"?[=:] ?"?(?:trace|debug|info|notice|[123]0\b)|^[\W\d]*(?:[TZ][\W\d]*)?(?:debug|info|notice|trace|verbose)\b|[[(<|] ?(?:debug|info|notice|trace) ?[\])>|]/;
/** A calm line whose very message begins with a failure: a program that has one level for all, or goes on for now. */
const CALM_FAILURE = /\b(?:msg|message)"?[=:] ?"?(?:error|fatal|fail(?:ed|ure)?|unable|cannot|could not)\b/i;
/** What Postgres and PgBouncer call LOG is their ordinary life, and also the reason that they give just before FATAL. */
const LOG_LEVEL = /(?:^|\s)LOG(?::|\s)/;
/** An error stands inside: passed on from another program, or as a field of its own. */
const ERROR_INSIDE = /\b(?:FATAL|PANIC|ERROR)\b|\berror: |"err(?:or)?": ?(?:"[^"]|\{)/;
const ALARMED =
  /[a-z]{0,40}(?:error|exception)\b|\b(?:err|fatal|panic|fail(?:ed|ure|s)?|critical|traceback|abort(?:ed|ing)?|unable|cannot|can't|could not|refused|denied|invalid|missing|already in use)\b/i;
/** An error's name as the system gives it: `ECONNREFUSED`, `EADDRINUSE`. */
const ERRNO = /\bE[A-Z]{4,}\b/;
/** Go's last words; what follows is where, and not why. */
const GO_ENDS = /^(?:panic: |fatal error: )/;
/** Words by which a program says that it has not given up. */
const RETRYING =
  /\b(?:retry(?:ing)?|will retry|try(?:ing)? again|attempt \d+|waiting for|not ready yet|reconnect(?:ing)?)\b/i;

function weight(line: string): number {
  if (CALM.test(line) && !ERROR_INSIDE.test(line)) return CALM_FAILURE.test(line) ? 1 : 0;
  if (LOG_LEVEL.test(line) && !ERROR_INSIDE.test(line)) return ALARMED.test(line) ? 1 : 0;
  if (RETRYING.test(line)) return 1;
  return ALARMED.test(line) || ERRNO.test(line) ? 3 : 2;
}

/** In one piece, and without what JSON or logfmt put before a quote. */
function asSaid(line: string): string {
  return inOneLine(line).replaceAll('\\"', '"');
}

/** Lines that tell something; an indented one continues the one before it. */
function sentences(text: string): string[] {
  const whole: string[] = [];
  for (const given of withoutColours(text).split(/\r?\n/)) {
    const line = given.slice(0, LONGEST_LINE);
    if (line.trim() === '' || STACK_FRAME.test(line)) continue;
    const before = whole.at(-1);
    if (/^\s/.test(line) && before !== undefined && before.length < LONGEST_SENTENCE)
      whole[whole.length - 1] = `${before}\n${line}`;
    else whole.push(line);
  }
  return whole;
}

/** So much of what follows an error is read: its stack, and the fields of the error object. */
const FOLLOWING = 2000;

function following(text: string, error: string | null): string {
  const [first = ''] = error?.split('\n') ?? [];
  const at = first === '' ? -1 : text.lastIndexOf(first);
  return at < 0 ? '' : text.slice(at, at + FOLLOWING);
}

/**
 * Why the program ended: of the telling lines near the end, the one nearest to a cause (in the order of the rules),
 * never a calm line. `accepts` excludes rules that cannot apply here.
 */
export function readLog(text: string, accepts: (match: Match) => boolean = () => true): LogVerdict {
  const lines = sentences(text).slice(-WINDOW);
  let best: { match: Match; line: string; weight: number; rank: number } | null = null;
  const seen = new Map<string, number>();
  let lastError: string | null = null;
  const complaints = new Set<string>();
  for (const line of lines) {
    const heft = weight(line);
    if (heft === 0) continue;
    if (heft === 3 && !(lastError !== null && GO_ENDS.test(lastError) && !GO_ENDS.test(line))) lastError = line;
    if (heft !== 2) complaints.add(line);
    const match = matchText('log', asSaid(line), accepts);
    if (!match) continue;
    seen.set(match.rule.code, (seen.get(match.rule.code) ?? 0) + 1);
    const better = !best || heft > best.weight || (heft === best.weight && match.rank <= best.rank);
    if (better) best = { match, line, weight: heft, rank: match.rank };
  }
  const told = { lastError, complaints: [...complaints, following(text, lastError)].join('\n') };
  if (!best) return { known: null, ...told };
  return {
    known: { match: best.match, line: best.line.trim(), times: seen.get(best.match.rule.code) ?? 1 },
    ...told,
  };
}

/** The facts that the words of a blocker use. */
export function factsOfLog(verdict: LogVerdict): Facts {
  return {
    ...verdict.known?.match.facts,
    ...(verdict.lastError ? { line: verdict.lastError.trim().slice(0, 300) } : {}),
  };
}
