import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Details, PageMessage } from '../../model/page.ts';
import type { StatusDocument } from '../../model/status.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { UserError } from '../terminal/failure.ts';
import { answerLogRequests, type ReadLog } from './log-requests.ts';

/** The status page on this machine's loopback, for as long as the command runs that opened it. */
export interface LocalPage {
  readonly url: string;
  /** Shows a document and the details of the cluster. A page that has ended, or that is behind, skips it. */
  show(document: StatusDocument, details: Details | null): void;
  /** Answers the page's requests for logs from now on; before, it says that there are none. */
  answerLogs(read: ReadLog): void;
  /** Resolves when its process has ended, for any reason. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

export interface LocalPageOptions {
  readonly siteId: string;
  readonly nodeIp: string | null;
  readonly appUrl: string | null;
  /** The file of the token that opens it; a token that is rotated there is valid at once. */
  readonly tokenFile: string;
}

const START_TIMEOUT_MS = 8_000;
const STOP_TIMEOUT_MS = 3_000;
const listening = z.object({ msg: z.literal('listening'), port: z.number() });

/** The program lies beside the built client; a client that runs from its sources finds it in dist/. */
function programFile(): string {
  const places = ['./status-service.mjs', '../status-service.mjs', '../../dist/status-service.mjs'];
  const found = places.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new UserError(EXIT.missing, 'the program of the status page is missing: run `npm run build`');
}

/**
 * Starts the same program as on the node, fed by its standard input: when that ends, and so when this process ends for any reason, it
 * ends, too. Throws a UserError when it does not come up.
 */
export async function openLocalPage({ siteId, nodeIp, appUrl, tokenFile }: LocalPageOptions): Promise<LocalPage> {
  const child = spawn(process.execPath, [programFile()], {
    env: {
      HOST: '127.0.0.1',
      PORT: '0',
      STATUS_SOURCE: 'stdin',
      STATUS_TOKEN_FILE: tokenFile,
      SITE_ID: siteId,
      ...(nodeIp === null ? {} : { HOST_IP: nodeIp }),
      ...(appUrl === null ? {} : { APP_URL: appUrl }),
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
  // Writing to a page that has just ended is no failure of the command.
  child.stdin.on('error', () => undefined);
  const tell = (message: PageMessage): void => {
    if (child.stdin.writable) child.stdin.write(`${JSON.stringify(message)}\n`);
  };
  const logs = answerLogRequests(tell);
  let told: Details | null = null;
  try {
    const port = await portOf(child, child.stdout, child.stderr, logs.hear);
    return {
      url: `http://127.0.0.1:${port}/`,
      show: (document, details) => {
        if (child.stdin.writableNeedDrain) return;
        tell(document);
        if (details === null || isDeepStrictEqual(details, told)) return;
        tell({ kind: 'Details', details });
        told = details;
      },
      answerLogs: logs.readWith,
      ended,
      close: () => {
        logs.close();
        return close(child, ended);
      },
    };
  } catch (error) {
    await close(child, ended);
    throw error;
  }
}

/** The port that the service reports; everything else that it writes goes to `hear`, for as long as it runs. */
async function portOf(
  child: ChildProcess,
  stdout: Readable,
  stderr: Readable,
  hear: (value: unknown) => void,
): Promise<number> {
  const port = Promise.withResolvers<number>();
  const said: string[] = [];
  createInterface({ input: stdout }).on('line', (line) => {
    const value = parsed(line);
    const told = listening.safeParse(value);
    if (told.success) port.resolve(told.data.port);
    else hear(value);
  });
  createInterface({ input: stderr }).on('line', (line) => said.push(line));
  const fail = (why: string) => port.reject(new UserError(EXIT.missing, [why, ...said].join(': ')));
  child.once('error', (error) => fail(`cannot start the status page: ${error.message}`));
  child.once('exit', (code) => fail(`the status page ended with ${code ?? 'a signal'}`));
  const late = setTimeout(() => fail('the status page did not start in time'), START_TIMEOUT_MS);
  try {
    return await port.promise;
  } finally {
    clearTimeout(late);
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

async function close(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.stdin?.end();
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(late);
}
