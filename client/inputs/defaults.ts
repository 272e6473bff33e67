import { PORTS } from '../../model/appliance.ts';
import { gitUrl } from '../../model/site.ts';
import type { ReleaseManifest } from '../../model/release.ts';
import type { Checkout } from './checkout.ts';
import type { FieldKey } from './fields.ts';
import type { Values } from './values.ts';

/** What defaults follow from. */
export interface Known {
  readonly siteId: string;
  readonly release: ReleaseManifest | null;
  /** Branch that Flux follows for this release: its channel's or its own. */
  readonly branch: string | null;
  readonly checkout: Checkout | null;
}

/** Takes a field, the values so far and what else is known, gives the field's default, or undefined when it has none. */
export function defaultOf(key: FieldKey, values: Values, known: Known): string | undefined {
  const text = (other: FieldKey): string | undefined => values.get(other)?.text;
  switch (key) {
    case 'hostname':
      return known.siteId;
    case 'clusterName':
      return 'alga-appliance';
    case 'appUrl':
      return text('nodeIp') === undefined ? undefined : applicationUrl(text('nodeIp') ?? '');
    case 'networkMode':
      return 'dhcp';
    case 'installDisk':
      return '/dev/sda';
    case 'profile':
      return known.release?.app.valuesProfile;
    case 'repoUrl':
      return gitUrl.safeParse(known.checkout?.originUrl).data;
    case 'repoBranch':
      return known.branch ?? undefined;
    case 'repoPath':
      return text('profile') === undefined ? undefined : `./flux/profiles/${text('profile')}`;
    default:
      return undefined;
  }
}

function applicationUrl(nodeIp: string): string {
  return `http://${nodeIp.includes(':') ? `[${nodeIp}]` : nodeIp}:${PORTS.application}`;
}
