import { quoted } from '../../model/render-advice.ts';
import { SITE_FILES } from '../../site-folder/index.ts';
import { installIn } from '../../site-folder/record.ts';
import type { CommandContext } from '../context.ts';
import { insistOnHolding } from '../install/holder.ts';
import { withSession } from '../install/session.ts';
import { notBegun, orderedSite } from '../install/update.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { UserError, usageError } from '../terminal/failure.ts';
import { parseDuration } from '../terminal/options.ts';
import type { Site } from '../site/site.ts';
import { defineCommand } from './define.ts';

/** Below are the ports of services of the machine; a URL leaves out that of its scheme. */
const LEAST_PORT = 1024;
const MOST_PORT = 65_535;

/** `codec`: decrypts payloads for the operator's own `temporal` until it is stopped. `codec rotate`: switches to a new key. */
export const command = defineCommand({
  arguments: {
    action: { help: 'what to do (default: serve)', choices: ['serve', 'rotate'] },
  },
  flags: [
    { flags: '--port <port>', help: 'port to listen on, on 127.0.0.1 (default: a free one)' },
    { flags: '--timeout <duration>', help: 'stop after this time, with exit code 5' },
  ],
  examples: ['codec', 'codec --port 8081', 'codec rotate'],
  run: async (context, { port, timeout }) => {
    const { io, services } = context;
    // Checked before a server is started.
    const [wanted, timeoutMs] = [portIn(port), parseDuration('--timeout', timeout)];
    const site = await orderedSite(context, context.args[0] === 'rotate' ? 'changes' : 'looks');
    if (context.args[0] === 'rotate') {
      await insistOnHolding(context, site);
      return rotate(context, site);
    }
    const workflowId = installIn(site.record);
    if (workflowId === null) throw notBegun(context, site);
    return withSession(context, site, { start: 'on-demand', detached: false }, async ({ installs }) => {
      const codec = await services
        .openCodec({ home: site.home, siteId: site.siteId, environment: io.env, port: wanted })
        .catch(refused(wanted));
      try {
        const environment = {
          ...(installs.local && {
            TEMPORAL_ADDRESS: installs.address,
            TEMPORAL_NAMESPACE: installs.namespace,
            ...(await services.serverTls(site.home)),
          }),
          TEMPORAL_CODEC_ENDPOINT: codec.endpoint,
        };
        // The token is in no argument: the shell reads it from the file into the environment of what it runs.
        const { tokenFile } = codec;
        await context.give({ workflowId, environment, tokenFile }, () => [
          ...Object.entries(environment).map(([key, value]) => `export ${key}=${quoted(value)}`),
          `export TEMPORAL_CODEC_AUTH="$(cat ${quoted(tokenFile)})"`,
        ]);
        context.say(
          'In another shell, after these lines:',
          `temporal workflow query --workflow-id ${workflowId} --type progress`,
          `temporal workflow show --workflow-id ${workflowId}`,
          'The codec only decrypts. Stop it with Ctrl-C.',
        );
        const late = timeoutMs === undefined ? [] : [AbortSignal.timeout(timeoutMs)];
        await aborted(AbortSignal.any([io.signal, ...late]));
      } finally {
        await codec.close();
      }
      return io.signal.aborted ? EXIT.interrupted : EXIT.timeout;
    });
  },
});

/** New payloads of the site are encrypted with a new key. Existing ones are read with the keys that encrypted them. */
async function rotate(context: CommandContext, site: Site): Promise<number> {
  const { id, keys } = await context.services.rotateKey(site.home, site.siteId);
  const file = site.folder.path(SITE_FILES.payloadKeys);
  await context.give({ id, keys, file }, () => [
    `New payloads of ${site.siteId} are encrypted with key ${id}; running workers pick it up automatically.`,
    `${file} holds ${keys} keys. Older keys stay: payloads that they encrypted remain readable, up to 30 days after their install ended.`,
  ]);
  context.say('Update this file in every copy of the folder, on other machines and in backups.');
  return EXIT.done;
}

function portIn(text: string | undefined): number {
  if (text === undefined) return 0;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= LEAST_PORT && port <= MOST_PORT) return port;
  throw usageError(`--port "${text}": expected a number from ${LEAST_PORT} to ${MOST_PORT}`);
}

function refused(port: number): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    throw new UserError(
      EXIT.missing,
      `Port ${port} of 127.0.0.1 is in use by another program. Choose another port, or omit --port to use a free one.`,
      { cause: error },
    );
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
