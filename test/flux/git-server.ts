import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { mkdirSync } from 'node:fs';
import { execa } from 'execa';
import { ROOT } from '../charts/programs.ts';

export const BRANCH = 'release/1.0-rc5';

export interface GitServer {
  readonly url: string;
  /** Writes files (by path in the repository; null removes one), commits and gives the commit's id. */
  commit(files: Readonly<Record<string, string | null>>): Promise<string>;
  close(): Promise<void>;
}

/** A Git server over HTTP with the project's own tree in it: git's http-backend behind Node's server. */
export async function startGitServer(): Promise<GitServer> {
  const root = mkdtempSync(join(tmpdir(), 'git-server-'));
  const work = join(root, 'work');
  mkdirSync(work);
  const git = (...args: string[]) =>
    execa('git', ['-C', work, '-c', 'user.name=test', '-c', 'user.email=test@example.org', ...args], {
      timeout: 60_000,
    });
  for (const folder of ['charts', 'flux', 'releases'])
    cpSync(join(ROOT, folder), join(work, folder), { recursive: true });
  await git('init', '-q', '-b', BRANCH);
  await git('add', '-A');
  await git('commit', '-q', '-m', 'The tree');
  await git('clone', '-q', '--bare', work, join(root, 'appliance.git'));
  await git('remote', 'add', 'origin', join(root, 'appliance.git'));

  const server = createServer((request, response) => serve(root, request, response));
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address === 'object' && address) resolve(address.port);
      else reject(new Error('the Git server has no port'));
    });
  });
  return {
    url: `http://127.0.0.1:${port}/appliance.git`,
    commit: async (files) => {
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(work, path)), { recursive: true });
        if (content === null) rmSync(join(work, path), { recursive: true });
        else writeFileSync(join(work, path), content);
      }
      await git('add', '-A');
      await git('commit', '-q', '--allow-empty', '-m', 'A change');
      await git('push', '-q', 'origin', BRANCH);
      return (await git('rev-parse', 'HEAD')).stdout.trim();
    },
    close: async () => {
      await new Promise<void>((resolve) => server.close(() => resolve()));
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** One CGI call: git's program answers with headers, an empty line and the body. */
function serve(root: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const child = spawn('git', ['http-backend'], {
    env: {
      ...process.env,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      REQUEST_METHOD: request.method ?? 'GET',
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    },
  });
  request.pipe(child.stdin);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.once('error', (error) => response.writeHead(500).end(error.message));
  child.once('close', () => {
    const answer = Buffer.concat(chunks);
    const end = answer.indexOf('\r\n\r\n');
    const headers = answer
      .subarray(0, end)
      .toString()
      .split('\r\n')
      .map((line) => line.split(/:\s*/, 2));
    const status = headers.find(([name]) => name === 'Status')?.[1] ?? '200';
    for (const [name, value] of headers) if (name && value && name !== 'Status') response.setHeader(name, value);
    response.writeHead(Number.parseInt(status, 10)).end(answer.subarray(end + 4));
  });
}
