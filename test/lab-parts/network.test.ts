import { randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { makeNetwork, removeNetwork } from '../../lab/network/namespace.ts';
import { needs } from '../support/needs.ts';

needs('ip', 'root');

const addresses = async () => (await execa('ip', ['-4', '-o', 'address'])).stdout;

test("a lab's network goes at once, also while somebody is still in it, and removing it again does nothing", async () => {
  const lab = `network-${randomBytes(3).toString('hex')}`;
  const network = await makeNetwork(lab);
  const inside = spawn('nsenter', [`--net=${network.file}`, 'sleep', '60']);
  try {
    await expect.poll(async () => (await execa('ip', ['netns', 'pids', network.name])).stdout).toBe(`${inside.pid}`);
    expect(await addresses()).toContain(` ${network.hostAddress}/29`);
    await removeNetwork(lab);
    expect(await addresses()).not.toContain(network.hostAddress);
    expect((await execa('ip', ['netns', 'list'])).stdout).not.toContain(network.name);
    await removeNetwork(lab);
  } finally {
    inside.kill('SIGKILL');
    await removeNetwork(lab);
  }
});
