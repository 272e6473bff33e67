import { ALL_WELL } from '../scenario.ts';
import type { Scenario } from '../scenario.ts';

/** The resolver of the field report: `lookup factory.talos.dev on 192.168.64.1:53: connection refused`. */
export const dnsRefused: Scenario = {
  ...ALL_WELL,
  name: 'dns-refused',
  title: 'The network gives out a DNS server that refuses',
  shows:
    'the install parks in the phase host and continues when `appliance-client set --dns-servers 1.1.1.1` sets another DNS server',
  refusedResolver: '192.168.64.1',
};
