import type { BlockerCode } from '../../../model/blocker.ts';
import { matchText } from '../../classify.ts';
import { inOneLine } from '../../one-line.ts';
import { unpassedCheck } from './health.ts';

/** Whether a call of talosctl was made to the maintenance API. */
export function isInsecure(command: string): boolean {
  return /(?:^|\s)(?:--insecure(?:=true)?|-i)(?=\s|$)/.test(command);
}

/**
 * What a code that talosctl's words name means at the API that was asked: the maintenance API that gives no answer, or asks for a
 * certificate, is not the secured API that does.
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

const ABOUT_IMAGE = /(?:failed to pull|pulling|pull) .{0,40}image|failed to resolve reference|installer image/i;

/** The code that words of talosctl name; null when no rule knows them. Of `talosctl health` the check that did not pass decides. */
export function readTalos(text: string, insecure: boolean) {
  const check = unpassedCheck(text);
  const told = check === null ? null : matchWords(check.message);
  const match = told ?? matchWords(text);
  return match ? { match, code: talosCode(match.rule.code, insecure, text) } : null;
}

/** Why an image was not pulled comes before whose image it is. */
function matchWords(text: string) {
  return (ABOUT_IMAGE.test(text) ? matchText('pull', inOneLine(text)) : null) ?? matchText('talos', text);
}
