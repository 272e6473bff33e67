import { blockerFor } from '../../../stop.ts';
import { accessOf, failed, passed, skipped, warned } from '../check.ts';
import type { Check, Look } from '../check.ts';
import { advise, anew, asCode, holeFor } from '../../../../model/advice.ts';
import type { Advice } from '../../../../model/advice.ts';

/** The network card that was named is on the node, and a static address is the one at which the node will be looked for. */
export const nodeNetwork: Check = {
  id: 'node-network',
  title: "The node's network",
  group: 'node',
  needsPrograms: true,
  run: async (look) => {
    const { spec, ports, signal } = look;
    const access = await accessOf(look);
    if (!access) return skipped('the node cannot be reached');
    if (access.target) return skipped('the node is already installed');
    if (spec.network.mode === 'static' && spec.network.address.split('/')[0] !== spec.nodeIp) {
      return failed(
        invalid(
          look,
          `The static address ${spec.network.address} is not the node's address ${spec.nodeIp}: after its installation the node would have another address than the one the installer uses.`,
          advise`Give the node ${spec.network.address.split('/')[0] ?? ''} now (network settings of its console, F3, or a DHCP reservation) and start with that ${asCode('--node-ip')}, or correct ${asCode('--static-address')}.`,
        ),
      );
    }
    const cards = (await ports.talos.links(spec.nodeIp, null, signal)).filter((link) => link.physical);
    const names = cards.map((card) => card.name).join(', ') || 'none';
    if (spec.interface === null) return passed(`network cards: ${names}`);
    const card = cards.find((link) => link.name === spec.interface);
    if (!card) {
      return failed(
        invalid(
          look,
          `The node has no network card ${spec.interface}; it has ${names}.`,
          advise`Start with one of these names: ${anew('--fresh', '--interface', holeFor('name'))}, or without it.`,
        ),
      );
    }
    if (card.up) return passed(`${card.name} is up`);
    return warned(
      invalid(
        look,
        `The network card ${card.name} is not connected.`,
        advise`Check the cable of ${card.name}, or choose another card.`,
      ),
    );
  },
};

function invalid(look: Look, reason: string, advice: Advice) {
  const object = `node ${look.spec.nodeIp}`;
  return blockerFor(look, 'input-invalid', { component: 'network', object, reason, advice });
}
