import type { LoginProbe } from '../model/status.ts';

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
const LOGIN_PATH = /^\/(?:msp\/dashboard|(?:[\w.-]+\/)*(?:login|signin|sign-in|auth\/\S+))\/?(?:[?#]|$)/i;

/**
 * 2xx, or a redirect to the dashboard or to a login page (docs/contract.md, "Login probe"). Null if the page was not
 * checked.
 */
export function canLogIn(probe: LoginProbe | null | undefined): boolean | null {
  if (!probe || (probe.status === null && !probe.error)) return null;
  if (probe.status === null) return false;
  if (probe.status >= 200 && probe.status < 300) return true;
  if (!REDIRECTS.includes(probe.status) || !probe.location) return false;
  const path = URL.canParse(probe.location) ? new URL(probe.location).pathname : probe.location;
  return LOGIN_PATH.test(path);
}

export function probeWords(probe: LoginProbe | null | undefined): string {
  if (!probe || (probe.status === null && !probe.error)) return 'the application’s page was not checked';
  if (probe.status === null) return `the application’s page does not answer: ${probe.error ?? 'no reason given'}`;
  return `the application’s page answers ${probe.status}${probe.location ? ` to ${probe.location}` : ''}`;
}
