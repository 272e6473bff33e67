// The process that a simulated Talos machine runs as its Kubernetes: a real control plane and a Node object.
//
//   node kubernetes-process.ts PORT [--controller-manager]
//
// It prints "ready" when the API server answers; SIGTERM ends it in order, SIGQUIT and the end of its standard input
// (the machine's process has ended) at once.
import path from 'node:path';
import { z } from 'zod';
import { startControlPlane } from '../control-plane.ts';

const env = z
  .object({
    TALOS_KUBERNETES: z.string(),
    TALOS_VAR: z.string(),
    TALOS_ADDRESS: z.string(),
    TALOS_HOSTNAME: z.string(),
  })
  .parse(process.env);

const starting = new AbortController();
const ended = new Promise<'stop' | 'kill'>((resolve) => {
  process.once('SIGTERM', () => resolve('stop'));
  process.once('SIGQUIT', () => resolve('kill'));
  process.stdin.once('end', () => resolve('kill'));
  process.stdin.resume();
});
void ended.then(() => starting.abort());

const plane = await startControlPlane({
  stateDir: path.join(env.TALOS_VAR, 'control-plane'),
  address: env.TALOS_ADDRESS,
  port: Number(process.argv[2]),
  hostname: env.TALOS_HOSTNAME,
  pkiFrom: { folder: env.TALOS_KUBERNETES },
  node: { name: env.TALOS_HOSTNAME, address: env.TALOS_ADDRESS },
  controllerManager: process.argv.includes('--controller-manager'),
  signal: starting.signal,
});
process.stdout.write('ready\n');
await plane[await ended]();
process.exit(0);
