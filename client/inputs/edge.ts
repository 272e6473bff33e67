import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { INPUTS } from '../../model/inputs.ts';
import type { InputKey } from '../../model/inputs.ts';
import { originOf } from '../../model/origin.ts';
import type { Fault } from './faults.ts';
import { faultOfValue, textsOf } from './values.ts';
import { hasCredentials } from './repository-url.ts';
import type { Source, Values } from './values.ts';

/** What is wrong with an input as it was written, or null. `others` looks up other inputs; a recorded value may be accepted as it is. */
type Rule = (text: string, others: (key: string) => string | undefined, source: Source) => string | null;

/**
 * What is refused of an order although a record may hold it: the schemas of the rows read specs of every age, and must not reject
 * one for a value that was accepted then. What a row's own schema refuses never comes here.
 */
const RULES: Readonly<Partial<Record<InputKey, Rule>>> = {
  appUrl: (text) => {
    if (originOf(text) !== null) return null;
    return /^[^/]*\/\/[^/?#]*@/.test(text)
      ? 'the URL must not contain a user name or password'
      : 'expected only scheme, host and port, such as https://psa.example.com: Alga PSA is served from the root of its host';
  },
  'repo.url': (text, others, source) => {
    if (source === 'site') return null;
    if (hasCredentials(text))
      return 'the URL must not contain credentials: they would be visible in the cluster and in program arguments. Use a repository that the node can read without credentials';
    if (text.includes('://') && (!URL.canParse(text) || /[?#]/.test(text)))
      return 'expected only scheme, host and path: any other part of the URL would be visible in the cluster';
    // The pattern of GitRepository's spec.url (source-controller, source.toolkit.fluxcd.io/v1).
    if (text.includes('://') && !/^(https?|ssh):\/\//.test(text))
      return 'Flux supports only https://, ssh:// and http://';
    if (text.startsWith('http://') && others('allowInsecureHttp') !== 'true')
      return 'anyone between the node and that server can change what the appliance runs. Use https:// or ssh://, or add --allow-insecure-http';
    return null;
  },
  nodeIp: (text) => {
    const kind = NO_NODE.find(({ list }) => contains(list, text))?.kind;
    return kind === undefined ? null : `expected the address of one machine, but this is ${kind}`;
  },
};

type Subnet = readonly [address: string, bits: number, family: 'ipv4' | 'ipv6'];

const NO_NODE = [
  { kind: 'an unspecified address', list: listOf(['0.0.0.0', 8, 'ipv4'], ['::', 128, 'ipv6']) },
  { kind: 'a loopback address', list: listOf(['127.0.0.0', 8, 'ipv4'], ['::1', 128, 'ipv6']) },
  { kind: 'a multicast address', list: listOf(['224.0.0.0', 4, 'ipv4'], ['ff00::', 8, 'ipv6']) },
  { kind: 'the broadcast address', list: listOf(['255.255.255.255', 32, 'ipv4']) },
];

/** What the charts or the network would refuse later, after the wipe. */
export function edgeFaults(values: Values): Fault[] {
  const others = textsOf(values);
  return INPUTS.flatMap((input) => {
    const given = values.get(input.key);
    if (!given || (input.when && !input.when(others)) || !input.schema.safeParse(given.text).success) return [];
    // What was derived from another input is wrong when that one is, and that is reported.
    if (given.source === 'default' && (input.default?.from.length ?? 0) > 0) return [];
    const message = RULES[input.key]?.(given.text, others, given.source) ?? null;
    return message === null ? [] : [faultOfValue(input, given, message)];
  });
}

function listOf(...subnets: readonly Subnet[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) list.addSubnet(...subnet);
  return list;
}

function contains(list: BlockList, address: string): boolean {
  const family = familyOf(address);
  return family !== null && list.check(address, family);
}

function familyOf(address: string): Subnet[2] | null {
  if (isIPv4(address)) return 'ipv4';
  return isIPv6(address) ? 'ipv6' : null;
}
