import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withCluster } from '../status/with-cluster.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { UserError, usageError } from '../terminal/failure.ts';
import { listPods } from '../status/pods.ts';
import type { PodRow } from '../status/pods.ts';
import type { Site } from '../site/site.ts';
import { defineCommand } from './define.ts';

/** `logs [NAME]`: the end of one log. */
export const command = defineCommand({
  arguments: {
    name: { help: 'component or pod; "installer" (the default) is the worker on this machine' },
  },
  flags: [
    { flags: '--tail <lines>', help: 'how many lines (default: 100)' },
    { flags: '--container <name>', help: 'only this container of the pod' },
    { flags: '--previous', help: 'the log of the container before its last restart' },
  ],
  examples: ['logs alga-core', 'logs bootstrap --tail 50'],
  run: async (context, { tail: lines, container, previous }) => {
    const [name = 'installer'] = context.args;
    const tail = tailOf(lines);
    const site = await context.site();
    const text =
      name === 'installer'
        ? await installerLog(site, tail)
        : await podLog(context, site, name, { tail, container, previous });
    await context.give({ name, lines: text.trimEnd().split('\n') }, () => [text.trimEnd()]);
    return EXIT.done;
  },
});

const DEFAULT_TAIL = 100;
const LIMIT_BYTES = 1024 * 1024;
const TIMEOUT_MS = 10_000;
/** Where the worker's room keeps its log, beside the local Temporal server. */
const WORKER_LOG = join('.temporal', 'worker.log');

function tailOf(text: string | undefined): number {
  const tail = text === undefined ? DEFAULT_TAIL : Number(text);
  if (Number.isInteger(tail) && tail > 0) return tail;
  throw usageError(`--tail "${text}": expected a whole number above 0`);
}

async function installerLog(site: Site, tail: number): Promise<string> {
  const file = join(site.home, WORKER_LOG);
  try {
    return (await readFile(file, 'utf8')).trimEnd().split('\n').slice(-tail).join('\n');
  } catch (error) {
    throw new UserError(EXIT.missing, `There is no log of an installer at ${file}: no worker ran on this machine.`, {
      cause: error,
    });
  }
}

interface Wanted {
  readonly tail: number;
  readonly container: string | undefined;
  readonly previous: boolean | undefined;
}

async function podLog(
  context: CommandContext,
  site: Site,
  name: string,
  { tail, container: asked, previous = false }: Wanted,
): Promise<string> {
  const { signal } = context.io;
  return withCluster(context, site, async (reader) => {
    const pods = await listPods(reader, signal);
    const pod = newest(pods.filter((one) => one.name === name || one.component === name));
    if (!pod) throw usageError(`there is no pod or component ${name}; there are: ${namesOf(pods)}`);
    const container = asked ?? pod.containers[0] ?? '';
    context.say(`Log of ${pod.namespace}/${pod.name}, container ${container}:`);
    const { readLogEnd } = await import('../../observation/index.ts');
    return readLogEnd(reader, {
      namespace: pod.namespace,
      pod: pod.name,
      container,
      previous,
      tailLines: tail,
      limitBytes: LIMIT_BYTES,
      signal,
      timeoutMs: TIMEOUT_MS,
    });
  });
}

function newest(pods: readonly PodRow[]): PodRow | undefined {
  return pods.toSorted((one, other) => (other.createdAt ?? '').localeCompare(one.createdAt ?? ''))[0];
}

function namesOf(pods: readonly PodRow[]): string {
  const names = new Set(pods.map((pod) => pod.component ?? pod.name));
  return names.size === 0 ? 'none' : [...names].toSorted().join(', ');
}
