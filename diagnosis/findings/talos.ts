import type { BlockerCode } from '../../model/blocker.ts';
import type { TalosAnswer } from '../../model/snapshot.ts';
import { matchText } from '../classify.ts';
import type { Place } from '../../kubernetes/places.ts';
import { emptyReport, finding, type Report, ruleOut, type Statement } from './finding.ts';
import type { View } from '../../kubernetes/view.ts';

/** Says whether a call of talosctl was made to the maintenance API. */
export function isInsecure(command: string): boolean {
  return /(?:^|\s)(?:--insecure(?:=true)?|-i)(?=\s|$)/.test(command);
}

const REACH: ReadonlySet<BlockerCode> = new Set([
  'talos-api-unreachable',
  'talos-maintenance-unreachable',
  'talos-tls-mismatch',
  'talos-already-configured',
]);

/**
 * Takes a code that talosctl's words name and the call they came from, gives what they mean there: the maintenance API that
 * gives no answer, or asks for a certificate, is not the secured API that does.
 */
export function talosCode(code: BlockerCode, insecure: boolean, text: string): BlockerCode {
  const asksForCertificate = /tls: (?:certificate required|bad certificate)/i.test(text);
  if (insecure && (code === 'talos-api-unreachable' || code === 'kubernetes-unreachable'))
    return 'talos-maintenance-unreachable';
  if (insecure && (code === 'talos-tls-mismatch' || code === 'talos-already-configured'))
    return 'talos-already-configured';
  if (!insecure && code === 'talos-already-configured' && asksForCertificate) return 'talos-tls-mismatch';
  return code;
}

/** `talosctl health` shows each check as it goes, and at last that time ran out: the check that did not pass says why. */
function unpassedCheck(text: string): string | null {
  const checks = text.split('\n').filter((line) => /^\s*(?:◳ )?waiting for [^:]+: /.test(line));
  const last = checks.at(-1);
  return last === undefined || /: (?:OK|\.\.\.)$/.test(last.trimEnd()) ? null : last;
}

/** Takes the words of talosctl, gives the code they name; null when no rule knows them. */
export function readTalos(text: string, insecure: boolean) {
  const check = unpassedCheck(text);
  const told = check === null ? null : matchText('talos', check);
  if (told) return { match: told, code: talosCode(told.rule.code, insecure, text) };
  const fromImage = /(?:failed to pull|pulling|pull) .{0,40}image|failed to resolve reference|installer image/i.test(
    text,
  );
  const match = (fromImage ? matchText('pull', text) : null) ?? matchText('talos', text);
  return match ? { match, code: talosCode(match.rule.code, insecure, text) } : null;
}

/** Lines of a log that talosctl showed (dmesg, logs, health): the last ones that a rule of the platform knows. */
const LOG_COMMANDS = /\btalosctl\b.*\s(?:dmesg|logs|events)\b/;
const TOLD_BY_LOGS: ReadonlySet<BlockerCode> = new Set([
  'dns-resolution-failure',
  'clock-skew',
  'disk-pressure',
  'talos-etcd-unhealthy',
  'talos-disk-not-found',
  'image-tag-missing',
  'certificate-expired',
  'talos-config-invalid',
]);

/** Refusals that say where the machine stands, and no fault. */
const HARMLESS: readonly { readonly pattern: RegExp; readonly why: string }[] = [
  {
    pattern: /API is not implemented in maintenance mode/i,
    why: 'the machine is in maintenance mode, where this call is not served',
  },
  { pattern: /code = AlreadyExists.{0,40}etcd data directory is not empty/i, why: 'the cluster was begun before' },
  { pattern: /bootstrap is not available yet/i, why: 'the machine is still starting its services' },
];

function textOf(answer: TalosAnswer): string | null {
  if (answer.exitCode !== 0) return `${answer.stderr}\n${answer.stdout}`.trim() || null;
  return null;
}

/** Takes the view, gives what talosctl's answers say. An answer that a later one of its kind overtook is history. */
export function lookAtTalos(view: View): Report {
  const report = emptyReport();
  const answers = view.snapshot.talos ?? [];
  const place: Place = {
    component: 'talos',
    tier: 'platform',
    object: view.snapshot.site?.nodeIp ? `node ${view.snapshot.site.nodeIp}` : 'node',
    above: [],
  };
  const inMaintenance = answers.some((one) => one.exitCode === 0 && isInsecure(one.command));
  answers.forEach((answer, index) => {
    const insecure = isInsecure(answer.command);
    // Once the secured API answers, what the maintenance API did before is history: it is closed for good.
    const later = answers.slice(index + 1).some((one) => one.exitCode === 0 && (insecure || !isInsecure(one.command)));
    const text = textOf(answer);
    const statement = (message: string): Statement => ({
      source: 'talosctl',
      object: place.object,
      reason: `exit ${answer.exitCode ?? 'by signal'}`,
      message,
      at: view.takenAt,
    });
    if (text !== null) {
      const harmless = HARMLESS.find((one) => one.pattern.test(text));
      if (harmless) {
        ruleOut(report, place, statement(text), harmless.why);
        return;
      }
      const found = readTalos(text, insecure);
      const code = found?.code ?? 'unknown-failure';
      const same = answers.slice(index + 1).some((one) => one.command === answer.command && one.exitCode === 0);
      if (same || (later && REACH.has(code))) {
        ruleOut(report, place, statement(text), 'a later call was answered');
        return;
      }
      if (code === 'talos-tls-mismatch' && !insecure && inMaintenance) {
        ruleOut(
          report,
          place,
          statement(text),
          'the machine is in maintenance mode, and has no certificate of a cluster yet',
        );
        return;
      }
      report.findings.push(finding(code, place, [statement(text)], { facts: found?.match.facts ?? {} }));
      return;
    }
    if (!LOG_COMMANDS.test(answer.command)) return;
    const line = answer.stdout
      .split('\n')
      .slice(-20)
      .findLast((one) => TOLD_BY_LOGS.has(readTalos(one, insecure)?.code ?? 'unknown-failure'));
    const found = line ? readTalos(line, insecure) : null;
    if (line && found)
      report.findings.push(finding(found.code, place, [statement(line.trim())], { facts: found.match.facts }));
  });
  return report;
}
