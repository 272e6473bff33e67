import { readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { Connection } from '@temporalio/client';
import type { TLSConfig } from '@temporalio/client';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { clientTls, ensureCertificates } from '../../temporal/certificates.ts';
import { openTemporal } from '../../temporal/connection.ts';
import { ensureLocalServer } from '../../temporal/local-server.ts';
import { temporaryFolder } from '../client/support/run-client.ts';
import { temporaryHome } from '../support/home.ts';
import { needs } from '../support/needs.ts';

needs('temporal-local');

const never = new AbortController().signal;
const options = (home: string, environment: NodeJS.ProcessEnv) => ({
  home,
  environment,
  signal: never,
  onProgress: () => {},
});

/** An operator's machine: two homes can be his, and his state folder is none of them. */
async function operator(): Promise<NodeJS.ProcessEnv> {
  return { ...process.env, XDG_STATE_HOME: await temporaryFolder() };
}

async function server(environment: NodeJS.ProcessEnv) {
  const home = await temporaryHome();
  const state = await ensureLocalServer(options(home, environment));
  const { certificates } = state;
  if (!certificates) throw new Error('it takes everybody');
  return { home, ...state, certificates };
}

const portOf = (address: string): number => Number(address.split(':')[1]);

async function taken(address: string, tls: TLSConfig | false | null): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, tls: tls ?? false, connectTimeout: 1_500 });
    await connection.workflowService.getSystemInfo({}).finally(() => connection.close());
    return true;
  } catch {
    return false;
  }
}

test('takes its own operator, and nobody without a certificate, in plain text, or of another authority', async () => {
  const environment = await operator();
  const { address, certificates } = await server(environment);
  const own = await clientTls(certificates.folder, new Date());
  expect(await taken(address, own)).toBe(true);

  expect(await taken(address, false)).toBe(false);
  const { clientCertPair: _, ...nameless } = own ?? {};
  expect(await taken(address, nameless)).toBe(false);
  const other = join(await temporaryFolder(), 'other');
  await ensureCertificates(other, new Date());
  const foreign = await clientTls(other, new Date());
  expect(await taken(address, { ...foreign, ...nameless })).toBe(false);
  // And a client does not take another server for its own.
  expect(await taken(address, { ...own, serverRootCACertificate: foreign?.serverRootCACertificate })).toBe(false);
});

/** The ports on which a process listens, as the kernel says. */
async function portsOf(pid: number): Promise<number[]> {
  const inodes = new Set<string>();
  const { readlink } = await import('node:fs/promises');
  for (const fd of await readdir(`/proc/${pid}/fd`)) {
    const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '');
    inodes.add(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? '');
  }
  const found: number[] = [];
  for (const table of ['tcp', 'tcp6']) {
    const lines = (await readFile(`/proc/${pid}/net/${table}`, 'utf8')).split('\n').slice(1);
    for (const [, local = '', , state, , , , , , inode = ''] of lines.map((line) => line.trim().split(/\s+/))) {
      if (state !== '0A' || !inodes.has(inode)) continue;
      // 127.0.0.1, as the kernel writes it.
      expect(local.split(':')[0]).toBe('0100007F');
      found.push(parseInt(local.split(':')[1] ?? '', 16));
    }
  }
  return found;
}

/** What a port says to a client of TLS that shows no certificate: why it ends the connection. */
async function refusal(port: number, ca: Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connectTls({ host: '127.0.0.1', port, ca, checkServerIdentity: () => undefined });
    socket.once('error', (error) => resolve('code' in error ? String(error.code) : error.message));
    socket.once('data', () => resolve('answers'));
    socket.once('close', () => resolve('closed'));
    // An HTTP/2 preface, so that a door that is open would answer.
    socket.once('secureConnect', () => socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0'));
    socket.setTimeout(3_000, () => resolve('hangs'));
  });
}

/** What a port says to a web page's request that needs nobody's leave. */
async function answerTo(port: number, request: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    socket.once('error', () => resolve(text));
    socket.once('close', () => resolve(text));
    socket.setTimeout(3_000, () => socket.destroy());
    socket.write(request);
  });
}

test.runIf(process.platform === 'linux')(
  'every port of its process is on loopback, refuses who shows no certificate, and answers no HTTP',
  async () => {
    const { pid, address, certificates } = await server(await operator());
    const ports = await portsOf(pid);
    // Frontend, history and matching, and where the four parts find each other.
    expect(ports).toHaveLength(7);
    expect(ports).toContain(portOf(address));
    const tls = await clientTls(certificates.folder, new Date());
    const body = '{"workflowType":{"name":"preflightAppliance"},"taskQueue":{"name":"appliance-client"}}';
    const post =
      `POST /api/v1/namespaces/appliance/workflows/attack HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: https://evil.example\r\n` +
      `Content-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    for (const port of ports) {
      expect([port, await refusal(port, Buffer.from(tls?.serverRootCACertificate ?? ''))]).toEqual([
        port,
        'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
      ]);
      // Go's TLS says in one line that this is no place for HTTP, and reads no further.
      expect(await answerTo(port, post)).not.toMatch(/^HTTP\/1\.[01] 2|runId|workflow/);
    }
  },
);

test("keys are nobody else's to read, and stand in no argument, log or folder of the sites", async () => {
  const environment = await operator();
  const { home, pid, certificates } = await server(environment);
  const secrets: string[] = [];
  for (const name of await readdir(certificates.folder)) {
    const file = join(certificates.folder, name);
    expect([name, ((await stat(file)).mode & 0o777).toString(8)]).toEqual([name, '600']);
    const key = /-----BEGIN PRIVATE KEY-----\n([^-]+)/.exec(await readFile(file, 'utf8'))?.[1];
    if (key) secrets.push(key.split('\n')[1] ?? key);
  }
  expect(secrets).toHaveLength(4);
  expect(((await stat(certificates.folder)).mode & 0o777).toString(8)).toBe('700');
  const { stdout: args } = await execa('ps', ['-ww', '-o', 'args=', '-p', String(pid)]);
  const written = await Promise.all(
    (await readdir(home, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      // A journal comes and goes.
      .map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1').catch(() => '')),
  );
  for (const secret of secrets) for (const text of [args, ...written]) expect(text.includes(secret)).toBe(false);
});

test.runIf(process.getuid?.() === 0)('another account of the machine reads no key and no database', async () => {
  const { home, certificates } = await server(await operator());
  for (const file of [join(certificates.folder, 'client.pem'), join(home, '.temporal', 'temporal.db')]) {
    const asNobody = await execa('setpriv', ['--reuid', '65534', '--clear-groups', 'cat', file], { reject: false });
    expect([asNobody.exitCode, asNobody.stdout]).toEqual([1, '']);
    expect(asNobody.stderr).toContain('Permission denied');
  }
});

test('two homes of one operator: neither takes the client, or the server, of the other', async () => {
  const environment = await operator();
  const [one, two] = await Promise.all([server(environment), server(environment)]);
  expect(one.certificates.folder).not.toBe(two.certificates.folder);
  const [ofOne, ofTwo] = await Promise.all(
    [one, two].map(({ certificates }) => clientTls(certificates.folder, new Date())),
  );
  expect(await taken(one.address, ofOne ?? null)).toBe(true);
  expect(await taken(two.address, ofOne ?? null)).toBe(false);
  expect(await taken(one.address, ofTwo ?? null)).toBe(false);
});

test('a client certificate that ends soon is renewed while the server runs, and what runs with the old one goes on', async () => {
  const environment = await operator();
  const { home, pid, address, certificates } = await server(environment);
  const before = await readFile(join(certificates.folder, 'client.pem'), 'utf8');
  const held = await openTemporal({ ...options(home, environment), start: 'never' });
  onTestFinished(() => held.close());
  await rm(join(certificates.folder, 'client.pem'));
  const access = await openTemporal({ ...options(home, environment), start: 'on-demand' });
  await access.close();
  expect(await readFile(join(certificates.folder, 'client.pem'), 'utf8')).not.toBe(before);
  expect(await ensureLocalServer(options(home, environment))).toMatchObject({ pid, address });
  await expect(held.client.workflowService.getSystemInfo({})).resolves.toBeDefined();
});

test('where the certificates are lost, the server is started anew with others, at another address', async () => {
  const environment = await operator();
  const { home, pid, address, certificates } = await server(environment);
  await rm(certificates.folder, { recursive: true });
  const access = await openTemporal({ ...options(home, environment), start: 'on-demand' });
  await access.close();
  const now = await ensureLocalServer(options(home, environment));
  expect(now.pid).not.toBe(pid);
  // A worker that trusts the old authority would ask there for ever: this way it is seen, and replaced.
  expect(now.address).not.toBe(address);
});

test('a spoiled certificate is made anew', async () => {
  const environment = await operator();
  const { home, certificates } = await server(environment);
  for (const name of ['client.pem', 'server.pem', 'node.pem'])
    await writeFile(join(certificates.folder, name), 'spoiled');
  const again = await ensureLocalServer(options(home, environment));
  expect(await taken(again.address, await clientTls(certificates.folder, new Date()))).toBe(true);
});

test('of one account with another HOME the running server is used, not ended', async () => {
  const { home, pid } = await server(await operator());
  const again = await ensureLocalServer(options(home, await operator()));
  expect(again.pid).toBe(pid);
});

test('where certificates cannot be kept, the folder is named, and what to set', async () => {
  const home = await temporaryHome();
  const environment = { ...process.env, XDG_STATE_HOME: '/dev/null/state' };
  await expect(ensureLocalServer(options(home, environment))).rejects.toThrow(
    /cannot be written to \/dev\/null\/state\/alga-psa-appliance\/local-server\/.*XDG_STATE_HOME/,
  );
});
