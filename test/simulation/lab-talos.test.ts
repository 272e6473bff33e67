import { describe } from 'vitest';
import { newNode } from '../activities/host/machine.ts';
import { talosContract } from './talos-contract.ts';

describe('the lab’s Talos machine, asked by the real talosctl', () => {
  talosContract(async (node) => {
    const { talos, machine } = await newNode(node === 'foreign' ? { alreadyConfigured: true } : {});
    return { talos, nodeIp: machine.address };
  });
});
