import { PORTS } from './appliance.ts';

/** The URL of the node's status page; an IPv6 address is put in brackets. */
export function statusPageUrl(nodeIp: string): string {
  return `http://${nodeIp.includes(':') ? `[${nodeIp}]` : nodeIp}:${PORTS.statusPage}`;
}
