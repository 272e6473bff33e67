import type { PodRow } from '../../model/page.ts';
import { POD_COLUMNS } from '../../model/pod-columns.ts';
import type { PodColumn } from '../../model/pod-columns.ts';
import { podListItem } from '../../model/pod-list.ts';
import type { PodListItem } from '../../model/pod-list.ts';
import { withCluster } from '../status/with-cluster.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { listPods } from '../status/pods.ts';
import type { Tone } from '../terminal/style.ts';
import { table } from '../terminal/table.ts';
import { between, clean, cleanLines } from '../terminal/text.ts';
import { redact } from '../../redaction/index.ts';
import { defineCommand } from './define.ts';

/** `pods`: every pod on the node, with what it waits for. */
export const command = defineCommand({
  flags: [],
  examples: ['pods'],
  run,
});

async function run(context: CommandContext): Promise<number> {
  const site = await context.site();
  const listed = await withCluster(context, site, (reader) => listPods(reader, context.io.signal));
  const pods = listed.map((pod) => ({ ...pod, message: redact(cleanLines(pod.message)) }));
  const now = context.services.clock.now();
  const rows = pods.map(podListItem);
  await context.give(rows, () =>
    table(
      context.style,
      [
        'NAMESPACE',
        'POD',
        'COMPONENT',
        'READY',
        'STATE',
        ...POD_COLUMNS.map(({ title }) => title.toUpperCase()),
        'MESSAGE',
      ],
      rows.map((pod) => [
        { text: pod.namespace },
        { text: pod.name },
        { text: pod.component ?? '' },
        { text: pod.ready },
        { text: pod.state, tone: toneOf(pod) },
        ...POD_COLUMNS.map((column) => ({ text: textOf(column, pod, now) })),
        { text: clean(pod.message) },
      ]),
    ),
  );
  return EXIT.done;
}

function textOf({ key, as }: PodColumn, pod: PodListItem, now: Date): string {
  const value = pod[key];
  if (value === null) return '';
  return as === 'age' ? between(String(value), now) : String(value);
}

const TONES: Record<PodRow['health'], Tone> = { ready: 'good', done: 'good', progressing: 'busy', failed: 'bad' };

function toneOf({ health }: PodListItem): Tone {
  return TONES[health];
}
