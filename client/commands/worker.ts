import type { CommandContext } from '../context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { followFile } from '../follow/follow-file.ts';
import { textOption } from '../terminal/options.ts';
import { table } from '../terminal/table.ts';
import { recordedSimulation, environmentFor } from '../site/simulation.ts';
import { openSite, simulationHome } from '../site/site.ts';
import { defineCommand } from './define.ts';

/** `worker run | status | stop`: what goes on behind the client on this machine. */
export const command = defineCommand({
  arguments: {
    action: { help: 'what to do (default: status)', choices: ['run', 'status', 'stop'] },
  },
  flags: [{ flags: '--stop', help: 'the same as `worker stop`' }],
  examples: ['worker status', 'worker --stop'],
  run: async (context, { stop: isStop }) => {
    const action = isStop ? 'stop' : context.args[0];
    if (action === 'stop') return stop(context);
    return action === 'run' ? runHere(context) : status(context);
  },
});

/** Real and simulated installs each have a worker and a server of their own. */
function homes({ home }: CommandContext): { name: string; home: string }[] {
  return [
    { name: 'real', home },
    { name: 'simulated', home: simulationHome(home) },
  ];
}

async function status(context: CommandContext): Promise<number> {
  const { services } = context;
  const rows = await Promise.all(
    homes(context).map(async ({ name, home }) => {
      const [worker, server] = await Promise.all([services.runningWorker(home), services.runningServer(home)]);
      return { name, home, worker, server };
    }),
  );
  const shown = rows.filter(({ name, worker, server }) => name === 'real' || worker || server);
  await context.give(shown, () =>
    table(
      context.style,
      ['INSTALLS', 'WORKER', 'TEMPORAL SERVER', 'FOLDER'],
      shown.map(({ name, home, worker, server }) => [
        { text: name },
        worker
          ? { text: `runs, process ${worker.pid}${worker.detached ? '' : ' (tied to a client)'}`, tone: 'good' }
          : { text: 'does not run', tone: 'dim' },
        server ? { text: `runs at ${server.address}`, tone: 'good' } : { text: 'does not run', tone: 'dim' },
        { text: home },
      ]),
    ),
  );
  return EXIT.done;
}

async function stop(context: CommandContext): Promise<number> {
  const stopped = await Promise.all(
    homes(context).map(async ({ name, home }) => ({ name, ...(await context.services.stopBackground({ home })) })),
  );
  await context.give(stopped, () =>
    stopped
      .filter(({ name, worker, server }) => name === 'real' || worker || server)
      .map(({ name, worker, server }) => {
        const what = [worker ? 'the worker' : '', server ? 'the Temporal server' : ''].filter((part) => part !== '');
        return what.length === 0 ? 'Nothing was running.' : `Stopped ${what.join(' and ')} of ${name} installs.`;
      }),
  );
  if (stopped.some(({ worker }) => worker))
    context.say('Installs that were under way stand still; `appliance-client resume` takes them up again.');
  return EXIT.done;
}

/** A worker in the foreground: its log is shown, and it ends with this process. */
async function runHere(context: CommandContext): Promise<number> {
  const { services, io } = context;
  const named = textOption(context.options, 'site');
  const site = named === undefined ? await openSite(context.home, 'any') : await context.site();
  const worker = await services.ensureWorker({
    home: site.home,
    environment: environmentFor(site, io.env),
    detached: false,
    simulate: await recordedSimulation(site),
    signal: io.signal,
    onProgress: (line) => context.say(line),
  });
  if (!worker.startedNow) {
    context.insist(`A worker (process ${worker.pid}) runs already; its log: ${worker.logFile}`);
    return EXIT.done;
  }
  context.say(`The worker (process ${worker.pid}) runs until Ctrl-C. Its log, also in ${worker.logFile}:`);
  const over = new AbortController();
  const ended = worker.exited.finally(() => over.abort());
  const interrupted = new Promise<'interrupted'>((resolve) =>
    io.signal.addEventListener('abort', () => resolve('interrupted'), { once: true }),
  );
  const shown = followFile(worker.logFile, (text) => io.stderr.write(text), over.signal);
  const end = await Promise.race([ended, interrupted]);
  if (end === 'interrupted') await worker.stop();
  over.abort();
  await shown;
  if (end === 'interrupted') return EXIT.interrupted;
  context.insist(`The worker ended with exit code ${end ?? 'none'}.`);
  return end === 0 ? EXIT.done : EXIT.defect;
}
