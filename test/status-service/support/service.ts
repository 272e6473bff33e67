import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';

const ROOT = resolve(import.meta.dirname, '../../..');
const PROGRAM = resolve(ROOT, 'dist/status-service.mjs');
export const TOKEN = 'the-token-that-opens-the-page-0123456789abcdef';

const listening = z.object({ msg: z.literal('listening'), port: z.number() });

/** The built service as a process of its own, as it runs on a node. */
export interface Service {
  readonly url: string;
  readonly process: ChildProcess;
  /** What it has written to stdout and stderr so far. */
  output(): string;
  get(path: string, init?: RequestInit): Promise<Response>;
  /** With the token. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** Resolves as soon as `/api/status` (or another address) gives what is waited for. */
  until<T>(what: (body: T) => boolean, path?: string, patienceMs?: number): Promise<T>;
  residentBytes(): number;
  stop(): Promise<number | null>;
}

let built: Promise<unknown> | null = null;

/** Builds the program once for a test file, unless the one that is there is newer than its sources. */
export function build(): Promise<unknown> {
  built ??= execa(process.execPath, ['scripts/build.ts', '--only', 'status-service'], { cwd: ROOT });
  return built;
}

/** Starts the service on a free port of this machine. */
export async function startService(env: Readonly<Record<string, string>> = {}): Promise<Service> {
  await build();
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} was not built`);
  const child = spawn(process.execPath, [PROGRAM], {
    env: { HOST: '127.0.0.1', PORT: '0', STATUS_TOKEN: TOKEN, SITE_ID: 'site-1', HOST_IP: '192.0.2.10', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let text = '';
  const port = Promise.withResolvers<number>();
  const hear = (chunk: Buffer): void => {
    text += chunk.toString();
    for (const line of text.split('\n')) {
      const told = listening.safeParse(parsed(line));
      if (told.success) port.resolve(told.data.port);
    }
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  child.once('exit', (code) => port.reject(new Error(`the service ended with ${code}:\n${text}`)));
  const url = `http://127.0.0.1:${await port.promise}`;

  const get = (path: string, init: RequestInit = {}) => fetch(`${url}${path}`, { redirect: 'manual', ...init });
  const ask = (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${TOKEN}`);
    return get(path, { ...init, headers });
  };
  return {
    url,
    process: child,
    output: () => text,
    get,
    ask,
    until: async <T>(what: (body: T) => boolean, path = '/api/status', patienceMs = 30_000): Promise<T> => {
      const end = Date.now() + patienceMs;
      for (;;) {
        const body = (await (await ask(path)).json()) as T;
        if (what(body)) return body;
        if (Date.now() > end)
          throw new Error(
            `${path} did not become what was waited for: ${JSON.stringify(body).slice(0, 2000)}\n${text}`,
          );
        await new Promise((done) => setTimeout(done, 50));
      }
    },
    residentBytes: () => {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
    },
    stop: async () => {
      if (child.exitCode !== null) return child.exitCode;
      child.kill('SIGTERM');
      await once(child, 'exit');
      return child.exitCode;
    },
  };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
