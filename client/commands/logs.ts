import { join } from 'node:path';
import { withCluster } from '../status/with-cluster.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { UserError, usageError } from '../terminal/failure.ts';
import { listPods } from '../status/pods.ts';
import type { PodRow } from '../../model/page.ts';
import type { Site } from '../site/site.ts';
import { NotReadableFileError, readEnd } from '../../system/read-file.ts';
import type { FileEnd } from '../../system/read-file.ts';
import { redact } from '../../redaction/index.ts';
import { bytes, cleanLines } from '../terminal/text.ts';
import { defineCommand } from './define.ts';

/** `logs [NAME]`: the end of one log. */
export const command = defineCommand({
  arguments: {
    name: { help: 'component or pod; "installer" (the default) is the worker on this machine' },
  },
  flags: [
    { flags: '--tail <lines>', help: 'number of lines (default: 100)' },
    { flags: '--container <name>', help: 'only this container of the pod' },
    { flags: '--previous', help: 'log of the container before its last restart' },
  ],
  examples: ['logs alga-core', 'logs bootstrap --tail 50'],
  run: async (context, { tail: lines, container, previous }) => {
    const [name = 'installer'] = context.args;
    const tail = tailOf(lines);
    const site = await context.site();
    const { text: shown, isCut } = shownEnd(
      name === 'installer'
        ? await installerLog(site)
        : { text: await podLog(context, site, name, { tail, container, previous }), before: 0 },
      tail,
    );
    if (isCut) context.say(`The log is longer: only its last ${bytes(LIMIT_BYTES)} are shown.`);
    await context.give({ name, lines: shown.split('\n') }, () => [shown]);
    return EXIT.done;
  },
});

const DEFAULT_TAIL = 100;
const LIMIT_BYTES = 1024 * 1024;
/** Read before the end that is shown, so that a secret at its start is recognised. */
const MARGIN_BYTES = 64 * 1024;
const TIMEOUT_MS = 10_000;
/** Where the worker's room keeps its log, beside the local Temporal server. */
const WORKER_LOG = join('.temporal', 'worker.log');

function tailOf(text: string | undefined): number {
  const tail = text === undefined ? DEFAULT_TAIL : Number(text);
  if (Number.isInteger(tail) && tail > 0) return tail;
  throw usageError(`--tail "${text}": expected a whole number above 0`);
}

async function installerLog(site: Site): Promise<FileEnd> {
  const file = join(site.home, WORKER_LOG);
  try {
    return await readEnd(file, LIMIT_BYTES + MARGIN_BYTES);
  } catch (error) {
    if (error instanceof NotReadableFileError) throw error;
    throw new UserError(EXIT.missing, `No installer log at ${file}: no worker has run on this machine yet.`, {
      cause: error,
    });
  }
}

/** The last lines as they may be shown on a terminal and sent on: without secrets, and bounded. */
function shownEnd({ text, before }: FileEnd, tail: number): { readonly text: string; readonly isCut: boolean } {
  // All of it is redacted before it is cut: a secret is known by what comes before it.
  const lines = redact(cleanLines(text)).trimEnd().split('\n');
  const whole = lines.slice(-tail).join('\n');
  const last = Buffer.from(whole).subarray(-LIMIT_BYTES).toString('utf8');
  return { text: last, isCut: last !== whole || (before > 0 && lines.length <= tail) };
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
    const pod = newest(pods.filter((one) => one.name === name || one.componentName === name));
    if (!pod) throw usageError(`no pod or component ${name}. Available: ${namesOf(pods)}`);
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
  const names = new Set(pods.map((pod) => pod.componentName ?? pod.name));
  return names.size === 0 ? 'none' : [...names].toSorted().join(', ');
}
