import { blockerFor } from '../../../stop.ts';
import { accessOf, passed, skipped, warned } from '../check.ts';
import type { Check } from '../check.ts';
import { advise, holeFor, oneWord, set } from '../../../../model/advice.ts';

/**
 * A node whose resolver does not answer cannot fetch its installer, and shows no API while it tries. Which resolvers it has is asked
 * before it gets its configuration. That one does not answer this machine does not prove that it does not answer the node: it
 * is a warning.
 */
export const nodeResolvers: Check = {
  id: 'node-resolvers',
  title: "The node's resolvers",
  group: 'node',
  needsPrograms: true,
  run: async (look) => {
    const { spec, ports, signal } = look;
    if (spec.dnsServers.length > 0) return passed(`the node will use ${spec.dnsServers.join(', ')}, as given`);
    const access = await accessOf(look);
    if (!access) return skipped('the node cannot be reached');
    if (access.target) return skipped('the node is already installed');
    const { dns } = await ports.talos.resolvers(spec.nodeIp, null, signal);
    const named = dns.join(', ') || 'no resolver';
    const [name = ''] = spec.release.os.installer.image.split('/');
    // One of the node's own cannot be asked from here.
    if (dns.some(isLoopback)) return passed(`the node uses ${named}; it was not checked from this machine`);
    const answers = await Promise.all(
      dns.map(async (server) => ({ server, answer: await ports.machine.askResolver(server, name, signal) })),
    );
    const good = answers.filter(({ answer }) => answer.answers).map(({ server }) => server);
    if (good.length > 0) return passed(`the node uses ${named}; ${good.join(', ')} also answers this machine`);
    const why = answers
      .flatMap(({ server, answer }) => (answer.answers ? [] : [`${server}: ${answer.why}`]))
      .join('; ');
    const object = `node ${spec.nodeIp}`;
    return warned(
      blockerFor(look, 'dns-resolution-failure', {
        component: 'talos',
        object,
        facts: { host: name, ...(dns[0] !== undefined && { server: dns[0] }) },
        reason:
          dns.length === 0
            ? `The node ${spec.nodeIp} has no resolver: it cannot resolve ${name}, where its installer image is, and reports this only on its console.`
            : `The node ${spec.nodeIp} uses the DNS server ${named}, which does not answer this machine (${why}). If the node gets no answer either, it cannot fetch its installer image from ${name}, and reports this only on its console.`,
        advice: advise`Give the node DNS servers that answer: ${set('--dns-servers', oneWord(holeFor('ip'), ',', holeFor('ip')))}. If only the node can use ${dns.length === 0 ? 'them' : named}, nothing has to be done.`,
        evidence: [{ source: 'dns', object, message: why || 'no resolver', at: ports.clock.now().toISOString() }],
      }),
    );
  },
};

function isLoopback(server: string): boolean {
  return /^127\.|^::1$/.test(server);
}
