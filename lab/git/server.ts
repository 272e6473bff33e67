import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { programPath } from '../parts/programs.ts';

/** `unreachable`: connections are refused. `refused`: credentials are asked for. */
export type GitFault = 'unreachable' | 'refused';

export interface GitServer {
  /** Of the one repository. */
  readonly url: string;
  setFault(fault: GitFault | null): void;
  stop(): Promise<void>;
}

/** Serves one bare repository over HTTP, read-only, through git's own CGI program. */
export async function startGitServer(address: string, port: number, repository: string): Promise<GitServer> {
  const git = await programPath('git');
  let fault: GitFault | null = null;
  const server = createServer((request, response) => {
    if (fault === 'refused') {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="lab"' }).end('credentials are needed\n');
    } else {
      backend(git, repository, request, response);
    }
  });
  server.on('connection', (socket) => {
    if (fault === 'unreachable') socket.resetAndDestroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
  return {
    url: `http://${address}:${port}/appliance.git`,
    setFault: (wanted) => {
      fault = wanted;
      if (wanted !== null) server.closeAllConnections();
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** git http-backend (gitprotocol-http): a CGI program, headers first. */
function backend(git: string, repository: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://lab');
  const inside = url.pathname.replace(/^\/appliance\.git/, '');
  const child = spawn(git, ['http-backend'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: repository,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      PATH_INFO: inside,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      REMOTE_ADDR: request.socket.remoteAddress ?? '',
    },
  });
  child.on('error', () => response.destroy());
  child.stdin.on('error', () => response.destroy());
  request.pipe(child.stdin);
  let head = Buffer.alloc(0);
  const onData = (chunk: Buffer): void => {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end === -1) return;
    child.stdout.off('data', onData);
    for (const line of head.subarray(0, end).toString().split('\r\n')) {
      const [name = '', value = ''] = line.split(/: (.*)/s, 2);
      if (name === 'Status') response.statusCode = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    response.write(head.subarray(end + 4));
    child.stdout.pipe(response);
  };
  child.stdout.on('data', onData);
}
