import {
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { execa, execaSync } from 'execa';
import { Client } from 'pg';
import { needs } from '../support/needs.ts';

needs('postgres');

/** Password of the superuser in these tests: a canary that must never be printed. */
export const SUPERUSER_PASSWORD = 'canary0superuser0password';

export interface Postgres {
  readonly port: number;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Runs one query as the superuser and gives its rows. */
  query(database: string, text: string): Promise<Record<string, unknown>[]>;
  remove(): Promise<void>;
}

/**
 * A real Postgres of Debian's, freshly initialised in a folder of its own, not started yet. Debian has no pgvector: the
 * programs are taken over into a tree whose only addition is a stand-in extension named `vector`, unless it is not wanted.
 * `folder` is where it all lies.
 */
export async function createPostgres({ vector = true, folder = tmpdir() } = {}): Promise<Postgres> {
  const root = mkdtempSync(join(folder, 'bootstrap-pg-'));
  const bin = relocate(root, vector);
  const data = join(root, 'data');
  const sockets = join(root, 'sockets');
  const owner = serverUser();
  for (const made of [data, sockets]) mkdirSync(made, { mode: 0o700 });
  const passwordFile = join(root, 'password');
  writeFileSync(passwordFile, SUPERUSER_PASSWORD, { mode: 0o600 });
  if ('uid' in owner) for (const path of [root, data, sockets, passwordFile]) chownSync(path, owner.uid, owner.gid);

  const options = { ...owner, cwd: root, timeout: 120_000 };
  await execa(
    join(bin, 'initdb'),
    [
      '-D',
      data,
      '-U',
      'postgres',
      '--auth=scram-sha-256',
      `--pwfile=${passwordFile}`,
      '-E',
      'UTF8',
      '--locale=C',
      '--no-sync',
    ],
    options,
  );
  const port = await freePort();
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: sockets,
    fsync: 'off',
    shared_buffers: '32MB',
  };
  const flags = Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
  const control = (...args: string[]) =>
    execa(join(bin, 'pg_ctl'), ['-D', data, '-w', '-t', '60', ...args], { ...options, stdio: 'ignore' });

  return {
    port,
    start: async () => void (await control('-l', join(data, 'server.log'), '-o', flags, 'start')),
    stop: async () => void (await control('-m', 'immediate', 'stop')),
    query: async (database, text) => {
      const client = new Client({ host: '127.0.0.1', port, user: 'postgres', password: SUPERUSER_PASSWORD, database });
      await client.connect();
      try {
        return (await client.query<Record<string, unknown>>(text)).rows;
      } finally {
        await client.end();
      }
    },
    remove: async () => {
      if (existsSync(join(data, 'postmaster.pid'))) await control('-m', 'immediate', 'stop');
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Postgres refuses to run as root; Debian's package brings a user for it. */
function serverUser(): { uid: number; gid: number } | Record<string, never> {
  if (userInfo().uid !== 0) return {};
  const id = (flag: string) => Number(execaSync('id', [flag, 'postgres']).stdout);
  return { uid: id('-u'), gid: id('-g') };
}

/** Postgres finds its share folder from where its program lies: a copied program sees a folder with one extension more. */
function relocate(root: string, vector: boolean): string {
  const base = '/usr/lib/postgresql';
  const version = existsSync(base) ? readdirSync(base).toSorted().at(-1) : undefined;
  if (!version) throw new Error("These tests need Debian's PostgreSQL: apt-get install postgresql");
  const bin = join(root, base, version, 'bin');
  const share = join(root, 'usr/share/postgresql', version);
  mkdirSync(bin, { recursive: true });
  mkdirSync(join(share, 'extension'), { recursive: true });
  for (const name of ['postgres', 'initdb', 'pg_ctl']) copyFileSync(join(base, version, 'bin', name), join(bin, name));
  symlinkSync(join(base, version, 'lib'), join(root, base, version, 'lib'));
  const original = join('/usr/share/postgresql', version);
  for (const name of readdirSync(original))
    if (name !== 'extension') symlinkSync(join(original, name), join(share, name));
  for (const name of readdirSync(join(original, 'extension'))) {
    symlinkSync(join(original, 'extension', name), join(share, 'extension', name));
  }
  if (!vector) return bin;
  const extension = join(share, 'extension');
  writeFileSync(join(extension, 'vector.control'), "comment = 'stand-in for pgvector'\ndefault_version = '0.0.1'\n");
  writeFileSync(join(extension, 'vector--0.0.1.sql'), 'CREATE DOMAIN vector AS real[];\n');
  return bin;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
