import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { faultIn, insecureFault } from '../../activities/adapters/talosctl-faults.ts';
import { TalosError } from '../../activities/ports/talos.ts';
import { NODE_IP, openByHand } from './by-hand.ts';
import { talosContract } from './talos-contract.ts';

/** Slow enough that a machine that reboots is met while it does. */
const SLOWLY = 300;

/** Gives the TalosError that a call ends with. */
async function failureOf(call: Promise<unknown>): Promise<TalosError> {
  const error: unknown = await call.then(
    () => null,
    (caught: unknown) => caught,
  );
  if (error instanceof TalosError) return error;
  throw new Error(`expected a TalosError, got ${String(error)}`);
}

describe('the simulated Talos machine', () => {
  talosContract(async (node) => {
    const { ports } = await openByHand(node === 'foreign' ? 'node-already-installed' : 'all-well', SLOWLY);
    return { talos: ports.talos, nodeIp: NODE_IP };
  });

  it('cannot look up its installer until it is given other resolvers', async () => {
    const { ports, signal, target, machineConfig, until } = await openByHand('dns-refused');
    await ports.talos.applyInsecure(NODE_IP, machineConfig, signal);
    await until(async () => (await ports.talos.kernelLog(target, signal)).length > 3);
    const newest = (await ports.talos.kernelLog(target, signal)).at(-1);
    expect(newest).toContain('lookup factory.talos.dev on 192.168.64.1:53: connection refused');
    expect((await failureOf(ports.talos.bootstrap(target, signal))).fault).toBe('not-yet');
    await ports.talos.setResolvers(target, ['1.1.1.1'], [], signal);
    await until(() =>
      ports.talos.resolvers(target.nodeIp, target, signal).then(
        ({ dns }) => dns[0] === '1.1.1.1',
        () => false,
      ),
    );
    await until(() =>
      ports.talos.services(target, signal).then(
        (services) => services.some(({ id }) => id === 'etcd'),
        () => false,
      ),
    );
  });

  it('fails in words that mean the same to the reader of the real talosctl', async () => {
    const node = await openByHand('all-well', SLOWLY);
    const { ports, signal, target, machineConfig, home } = node;
    const failures = [await failureOf(ports.talos.version(target, signal))];
    await ports.talos.applyInsecure(NODE_IP, machineConfig, signal);
    failures.push(await failureOf(ports.talos.version(target, signal)));
    await bootKubernetesOf(node);
    failures.push(await failureOf(ports.talos.bootstrap(target, signal)));
    await writeFile(join(home, 'broken.yaml'), 'machine: {}\n');
    failures.push(await failureOf(ports.talos.validate(join(home, 'broken.yaml'), signal)));
    const insecure = await failureOf(ports.talos.disks(NODE_IP, null, signal));
    expect(insecureFault(faultIn(insecure.answer.stderr))).toBe(insecure.fault);
    for (const { fault, answer } of failures)
      expect([answer.stderr, faultIn(answer.stderr)]).toEqual([answer.stderr, fault]);
  });
});

async function bootKubernetesOf({
  ports,
  target,
  signal,
  until,
}: Awaited<ReturnType<typeof openByHand>>): Promise<void> {
  await until(() =>
    ports.talos.bootstrap(target, signal).then(
      () => true,
      () => false,
    ),
  );
}
