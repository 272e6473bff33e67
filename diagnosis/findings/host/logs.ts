import type { BlockerCode } from '../../../model/blocker.ts';
import type { Facts } from '../../rule.ts';
import { ruleOf } from '../../rules/table.ts';
import { hostLines } from './log-lines.ts';
import type { HostLine } from './log-lines.ts';
import { readTalos } from './words.ts';

/** What a log of the machine says of the present. */
export interface LoggedFault {
  readonly code: BlockerCode;
  readonly facts: Facts;
  readonly line: HostLine;
  readonly times: number;
}

/** Codes that a log of the machine can name; other words in it are about a client or a pod. */
const NAMED_BY_LOGS: ReadonlySet<BlockerCode> = new Set([
  'dns-resolution-failure',
  'clock-skew',
  'disk-pressure',
  'talos-etcd-unhealthy',
  'talos-disk-not-found',
  'image-tag-missing',
  'image-pull-interrupted',
  'image-registry-unreachable',
  'image-rate-limited',
  'image-pull-unauthorized',
  'certificate-expired',
  'talos-config-invalid',
]);

/** Talos' own words for something that failed, whatever the reason (internal/app/machined, block.VolumeManagerController). */
const FAILS = /service\[[\w-]{1,40}\]\(Failed\)|\btask \w{1,60} \(\d+\/\d+\): failed|"phase": "[\w ]{0,40}-> failed"/;
/** What a line is about: a later line about the same thing overtakes it. */
const SUBJECT = /service\[([\w-]{1,40})\]|\btask (\w{1,60}) \(|"volume": "([^"]{1,80})"/;
/** Other servers were set: what was said of names before is about servers that nobody asks any more. */
const NEW_RESOLVERS = /\b(?:updated dns server nameservers|setting resolvers)\b/;

/** A failure that does not repeat is history after this time. */
const RECENT_MS = 15 * 60_000;
/** One that may pass by itself counts while it repeats: so often, the last time so shortly ago. */
const REPEATED = 3;
const REPEATING_MS = 3 * 60_000;
/** Where lines have no stamps, the last ones are the present. */
const LAST_LINES = 20;

function subjectOf(text: string): string | null {
  const found = SUBJECT.exec(text);
  return found?.[1] ?? found?.[2] ?? found?.[3] ?? null;
}

/** Whether a later line says that the failure is over. */
function isOvertaken(line: HostLine, code: BlockerCode, later: readonly HostLine[]): boolean {
  const subject = subjectOf(line.text);
  if (subject !== null && later.some(({ text }) => subjectOf(text) === subject && !FAILS.test(text))) return true;
  return code === 'dns-resolution-failure' && later.some(({ text }) => NEW_RESOLVERS.test(text));
}

/** The newest failure that a log of the machine tells and that still holds at that time (milliseconds); null when there is none. */
export function readHostLog(stdout: string, takenAt: number, insecure: boolean): LoggedFault | null {
  const lines = hostLines(stdout);
  const judged = lines.map((line) => {
    const found = readTalos(line.text, insecure);
    const known = found && NAMED_BY_LOGS.has(found.code) ? found : null;
    if (known) return { line, code: known.code, facts: known.match.facts };
    return FAILS.test(line.text) ? { line, code: 'unknown-failure' as const, facts: {} } : null;
  });
  for (let index = lines.length - 1; index >= 0; index -= 1) {
    const one = judged[index];
    if (!one || isOvertaken(one.line, one.code, lines.slice(index + 1))) continue;
    const same = judged.slice(0, index + 1).filter((other) => other?.code === one.code);
    const { at } = one.line;
    if (at === null) {
      if (lines.length - index > LAST_LINES) return null;
    } else if (ruleOf(one.code).transient) {
      if (takenAt - at > REPEATING_MS) continue;
      if (same.filter((other) => at - (other?.line.at ?? 0) <= REPEATING_MS).length < REPEATED) continue;
    } else if (takenAt - at > RECENT_MS) continue;
    return { ...one, times: same.length };
  }
  return null;
}
