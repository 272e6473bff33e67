import { randomInt } from 'node:crypto';
import { execa } from 'execa';
import { z } from 'zod';
import { programPath } from '../parts/programs.ts';

/** A network namespace joined to this machine by one cable (a veth pair). */
export interface LabNetwork {
  /** Name for `ip netns`. */
  readonly name: string;
  /** File for `nsenter --net`. */
  readonly file: string;
  /** The node's address, on eth0 inside. */
  readonly nodeAddress: string;
  /** This machine's end of the cable: registry, Git and the network's resolver are here. */
  readonly hostAddress: string;
  /** At the same end: a resolver beside the network's own. */
  readonly otherAddress: string;
  readonly link: string;
}

const COMMAND_TIMEOUT_MS = 20_000;
const links = z.array(z.object({ ifname: z.string().optional(), ifalias: z.string().optional() }));

async function ip(...args: string[]): Promise<string> {
  const { stdout } = await execa(await programPath('ip'), args, { timeout: COMMAND_TIMEOUT_MS });
  return stdout;
}

/**
 * Creates the network of a lab. Addresses are out of 198.18.0.0/15, which RFC 2544 keeps for test set-ups, so that they are
 * nobody's on the way to the internet; each lab takes eight of its own.
 * @throws Error when no free subnet is found
 */
export async function makeNetwork(lab: string): Promise<LabNetwork> {
  const name = namespaceOf(lab);
  const used = await ip('-4', '-o', 'address');
  for (let attempt = 0; attempt < 30; attempt += 1) {
    const third = randomInt(1, 255);
    const prefix = `198.18.${third}`;
    if (used.includes(` ${prefix}.`)) continue;
    const network = {
      name,
      file: `/run/netns/${name}`,
      nodeAddress: `${prefix}.2`,
      hostAddress: `${prefix}.1`,
      otherAddress: `${prefix}.3`,
      link: `lab${third}`,
    };
    await ip('netns', 'add', name);
    await ip('link', 'add', network.link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
    for (const address of [network.hostAddress, network.otherAddress])
      await ip('address', 'add', `${address}/29`, 'dev', network.link);
    await ip('link', 'set', network.link, 'up', 'alias', name);
    await ip('-n', name, 'address', 'add', `${network.nodeAddress}/29`, 'dev', 'eth0');
    await ip('-n', name, 'link', 'set', 'lo', 'up');
    await ip('-n', name, 'link', 'set', 'eth0', 'up');
    await ip('-n', name, 'route', 'add', 'default', 'via', network.hostAddress);
    return network;
  }
  throw new Error(
    'no free subnet was found below 198.18.0.0/16: are there labs left over? `npm run lab -- status` lists them',
  );
}

/**
 * Removes the network of a lab. The cable first: the kernel takes it with the namespace too, but some time after the last process
 * in there has gone. Nothing happens where there is none.
 */
export async function removeNetwork(lab: string): Promise<void> {
  const name = namespaceOf(lab);
  const cables = links.parse(JSON.parse(await ip('-j', 'link', 'show', 'type', 'veth')));
  for (const { ifname, ifalias } of cables) if (ifname && ifalias === name) await ip('link', 'delete', ifname);
  const there = (await ip('netns', 'list')).split('\n').some((line) => line.split(' ')[0] === name);
  if (there) await ip('netns', 'delete', name);
}

export function namespaceOf(lab: string): string {
  return `appliance-lab-${lab}`;
}
