import { withCluster } from '../status/with-cluster.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { listPods } from '../status/pods.ts';
import type { PodRow } from '../status/pods.ts';
import type { Tone } from '../terminal/style.ts';
import { table } from '../terminal/table.ts';
import { between, clean } from '../terminal/text.ts';
import { defineCommand } from './define.ts';

/** `pods`: every pod on the node, with what it waits for. */
export const command = defineCommand({
  flags: [],
  examples: ['pods'],
  run,
});

async function run(context: CommandContext): Promise<number> {
  const site = await context.site();
  const pods = await withCluster(context, site, (reader) => listPods(reader, context.io.signal));
  const now = context.services.clock.now();
  await context.give(pods, () =>
    table(
      context.style,
      ['NAMESPACE', 'POD', 'COMPONENT', 'READY', 'STATE', 'RESTARTS', 'AGE', 'MESSAGE'],
      pods.map((pod) => [
        { text: pod.namespace },
        { text: pod.name },
        { text: pod.component ?? '' },
        { text: pod.ready },
        { text: pod.state, tone: toneOf(pod) },
        { text: String(pod.restarts) },
        { text: pod.createdAt === null ? '' : between(pod.createdAt, now) },
        { text: clean(pod.message) },
      ]),
    ),
  );
  return EXIT.done;
}

function toneOf({ state }: PodRow): Tone {
  if (state === 'Running' || state === 'Succeeded') return 'good';
  return state === 'Pending' || state === 'ContainerCreating' || state === 'Terminating' ? 'busy' : 'bad';
}
