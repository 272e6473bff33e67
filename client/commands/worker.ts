import type { CommandContext } from '../context.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { followFile } from '../follow/follow-file.ts';
import { UserError, usageError } from '../terminal/failure.ts';
import { textOption } from '../terminal/options.ts';
import { table } from '../terminal/table.ts';
import { callOf } from '../site/hints.ts';
import { recordedSimulation, environmentFor } from '../site/simulation.ts';
import { openSite, simulationHome } from '../site/site.ts';
import { defineCommand } from './define.ts';

/** `worker run | status | stop | service`: the background processes of the client on this machine. */
export const command = defineCommand({
  arguments: {
    action: { help: 'what to do (default: status)', choices: ['run', 'status', 'stop', 'service'] },
    what: { help: 'what to do with the service (default: print)', choices: ['print', 'install', 'remove'] },
  },
  flags: [{ flags: '--stop', help: 'the same as `worker stop`' }],
  examples: ['worker status', 'worker --stop', 'worker service install'],
  run: async (context, { stop: isStop }) => {
    const action = isStop ? 'stop' : context.args[0];
    if (action !== 'service' && context.args[1] !== undefined)
      throw usageError(`worker ${action}: "${context.args[1]}" belongs to \`worker service\``);
    if (action === 'service') return service(context);
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
      const [worker, server, supervisor] = await Promise.all([
        services.runningWorker(home),
        services.runningServer(home),
        services.runningSupervisor(home),
      ]);
      return { name, home, worker, server, supervisor };
    }),
  );
  const shown = rows.filter(
    ({ name, worker, server, supervisor }) => name === 'real' || worker || server || supervisor,
  );
  await context.give(shown, () =>
    table(
      context.style,
      ['INSTALLS', 'WORKER', 'TEMPORAL SERVER', 'SUPERVISOR', 'FOLDER'],
      shown.map(({ name, home, worker, server, supervisor }) => [
        { text: name },
        worker
          ? { text: `running, process ${worker.pid}${worker.detached ? '' : ' (tied to a client)'}`, tone: 'good' }
          : { text: 'not running', tone: 'dim' },
        server ? { text: `running at ${server.address}`, tone: 'good' } : { text: 'not running', tone: 'dim' },
        supervisor ? { text: `process ${supervisor.pid}`, tone: 'good' } : { text: 'none', tone: 'dim' },
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
  await context.give(stopped, () => {
    const lines = stopped.flatMap(({ name, worker, server, supervisor }) => {
      const what = [
        supervisor ? 'the supervisor' : '',
        worker ? 'the worker' : '',
        server ? 'the Temporal server' : '',
      ].filter((part) => part !== '');
      return what.length === 0 ? [] : [`Stopped ${listed(what)} of ${name} installs.`];
    });
    return lines.length === 0 ? ['Nothing was running.'] : lines;
  });
  if (stopped.some(({ worker }) => worker))
    context.say(`Unfinished installs do not continue until you run \`${callOf(context, null, 'resume')}\`.`);
  return EXIT.done;
}

function listed(what: readonly string[]): string {
  const last = what.at(-1) ?? '';
  return what.length < 2 ? last : `${what.slice(0, -1).join(', ')} and ${last}`;
}

/** A file that makes the system start the supervisor of real installs at login, once a person enables it. */
async function service(context: CommandContext): Promise<number> {
  const { services, io, home } = context;
  const found = await services.service(home, io.env);
  if (!found)
    throw new UserError(
      EXIT.missing,
      `This system has no supported service manager. Start the worker in the background instead: \`${callOf(context, null, 'resume --detach')}\`.`,
    );
  const what = context.args[1] ?? 'print';
  if (what === 'print') {
    await context.give(found, () => found.text.trimEnd().split('\n'));
    context.say('', `\`${callOf(context, null, 'worker service install')}\` writes this to ${found.file}.`);
    return EXIT.done;
  }
  if (what === 'remove') {
    const isRemoved = await services.removeService(found);
    context.insist(
      isRemoved
        ? `Removed ${found.file}. To remove it from the system's service manager as well, run:`
        : `No service of appliance-client at ${found.file}.`,
      ...(isRemoved ? found.off.map((line) => `  ${line}`) : []),
    );
    return EXIT.done;
  }
  if (!(await services.installService(found)))
    throw new UserError(
      EXIT.held,
      `${found.file} already exists and was not written by appliance-client. Nothing was changed. Move it away first.`,
    );
  context.insist(
    `Wrote ${found.file}. It is not enabled yet. To start the worker at login, run:`,
    ...found.on.map((line) => `  ${line}`),
    `Set variables that it needs, such as TEMPORAL_ADDRESS, in ${found.variables}.`,
  );
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
    context.insist(`A worker (process ${worker.pid}) is already running; its log: ${worker.logFile}`);
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
