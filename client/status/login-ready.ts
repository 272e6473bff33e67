import type { HttpAnswer } from './http.ts';

const REDIRECTS: readonly number[] = [301, 302, 307, 308];

/** Takes a node's address and a port, gives the URL there; an IPv6 address stands in brackets. */
export function statusPageUrl(nodeIp: string, port: number): string {
  return `http://${nodeIp.includes(':') ? `[${nodeIp}]` : nodeIp}:${port}`;
}

/** The login probe (docs/contract.md, "Login probe"): 2xx, or a redirect to the dashboard or a login page. */
export function isLoginReady({ status, location }: HttpAnswer): boolean {
  if (status === null) return false;
  if (status >= 200 && status < 300) return true;
  return (
    REDIRECTS.includes(status) && location !== null && /\/msp\/dashboard|\/(auth\/)?(login|sign-?in)/i.test(location)
  );
}
