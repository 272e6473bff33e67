import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { z } from 'zod';
import { CONTAINERD_SOCKET } from './containerd.ts';

const PATIENCE_MS = 20_000;
const COMMAND_TIMEOUT_MS = 10_000;

/** What containerd's plugin for the kubelet keeps on a container, and not on a pod's sandbox. */
const METADATA = 'io.cri-containerd.container.metadata';
const container = z.object({ Extensions: z.record(z.string(), z.object({ value: z.base64() })).nullable() });
const metadata = z.object({ Metadata: z.object({ StopSignal: z.string() }) });

/**
 * Asks every container of the node to end, as a machine that goes down does: its first process gets the signal that the image
 * wants (Postgres: INT, which writes everything down and does not wait for clients), and some seconds.
 */
export async function endPods(): Promise<void> {
  const asked = await Promise.all((await runningTasks()).map(askToEnd));
  const waitedFor = new Set(asked.flat());
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline && (await runningTasks()).some((id) => waitedFor.has(id))) await delay(200);
}

/** Gives the container's id, or nothing for a pod's sandbox, which holds on until it is killed. */
async function askToEnd(id: string): Promise<string[]> {
  const { stdout } = await ctr('containers', 'info', id);
  const { value } = container.parse(JSON.parse(stdout)).Extensions?.[METADATA] ?? {};
  if (value === undefined) return [];
  const { StopSignal } = metadata.parse(JSON.parse(Buffer.from(value, 'base64').toString())).Metadata;
  // One that has ended meanwhile is no fault.
  await ctr('tasks', 'kill', '--signal', StopSignal || 'SIGTERM', id).catch(() => undefined);
  return [id];
}

async function runningTasks(): Promise<string[]> {
  const { stdout } = await ctr('tasks', 'ls');
  const rows = stdout.split('\n').map((line) => line.split(/\s+/));
  return rows.flatMap(([id = '', , state]) => (state === 'RUNNING' ? [id] : []));
}

function ctr(...words: string[]) {
  const args = ['--address', CONTAINERD_SOCKET, '--namespace', 'k8s.io', ...words];
  return execa('ctr', args, { timeout: COMMAND_TIMEOUT_MS });
}
