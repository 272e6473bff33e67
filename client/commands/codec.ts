import { installWorkflowId } from '../../model/workflow-contract.ts';
import { privateFolder } from '../../site-folder/index.ts';
import { withSession } from '../install/session.ts';
import { orderedSite } from '../install/update.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { UserError, usageError } from '../terminal/failure.ts';
import { parseDuration } from '../terminal/options.ts';
import { defineCommand } from './define.ts';

/** Below are the ports of services of the machine; a URL leaves out that of its scheme. */
const LEAST_PORT = 1024;
const MOST_PORT = 65_535;

/** `codec`: decrypts payloads for the operator's own `temporal` until it is ended. */
export const command = defineCommand({
  flags: [
    { flags: '--port <port>', help: 'where it listens on 127.0.0.1 (default: a free one)' },
    { flags: '--timeout <duration>', help: 'end after this time, with exit code 5' },
  ],
  examples: ['codec', 'codec --port 8081'],
  run: async (context, { port, timeout }) => {
    const { io, services } = context;
    const site = await orderedSite(context);
    const timeoutMs = parseDuration('--timeout', timeout);
    return withSession(context, site, { start: 'on-demand', detached: false }, async ({ installs }) => {
      const wanted = portIn(port);
      const codec = await services
        .openCodec({ home: site.home, environment: io.env, port: wanted })
        .catch(refused(wanted));
      const folder = privateFolder(site.home);
      const name = `.temporal/codec-${new URL(codec.endpoint).port}.token`;
      try {
        // The token is in no argument: the shell reads it from the file into the environment of what it runs.
        await folder.write(name, `${codec.authorization}\n`);
        const environment = {
          ...(installs.local && { TEMPORAL_ADDRESS: installs.address, TEMPORAL_NAMESPACE: installs.namespace }),
          TEMPORAL_CODEC_ENDPOINT: codec.endpoint,
        };
        const tokenFile = folder.path(name);
        const workflowId = installWorkflowId(site.siteId);
        await context.give({ workflowId, environment, tokenFile }, () => [
          ...Object.entries(environment).map(([key, value]) => `export ${key}=${value}`),
          `export TEMPORAL_CODEC_AUTH="$(cat '${tokenFile.replaceAll("'", String.raw`'\''`)}')"`,
        ]);
        context.say(
          'In another shell, after these lines:',
          `temporal workflow query --workflow-id ${workflowId} --type progress`,
          `temporal workflow show --workflow-id ${workflowId}`,
          'It only decodes. Ctrl-C ends it.',
        );
        const late = timeoutMs === undefined ? [] : [AbortSignal.timeout(timeoutMs)];
        await aborted(AbortSignal.any([io.signal, ...late]));
      } finally {
        await codec.close();
        await folder.remove(name);
      }
      return io.signal.aborted ? EXIT.interrupted : EXIT.timeout;
    });
  },
});

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
      `Port ${port} of 127.0.0.1 is taken by another program. Name another one, or leave --port out for one that is free.`,
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
