import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { chown } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { execa, execaSync } from 'execa';
import type { Subprocess } from 'execa';
import { Client } from 'pg';

export interface Postgres {
  readonly port: number;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Runs one query as the superuser and gives its rows. */
  query(database: string, text: string): Promise<Record<string, unknown>[]>;
  remove(): Promise<void>;
}

export interface PostgresOptions {
  /** The superuser's password. */
  readonly password: string;
  /**
   * The extension `vector`: a folder where pgvector was built (its Makefile run, nothing installed); `own` is what this machine's
   * Postgres brings, and where it brings none a stand-in, which has a type of that name and nothing else; `none` has none.
   */
  readonly vector?: { readonly built: string } | 'own' | 'none';
  /** A free one when left out. */
  readonly port?: number;
  /** Where it all lies. */
  readonly folder?: string;
  /** Where it runs instead; by itself in this machine's own file tree, for a test whose programs are its own. */
  readonly place?: PostgresPlace;
}

/** Where a server runs: its folder, and how a program of it is started. */
export interface PostgresPlace {
  readonly folder: string;
  /** The path of the same file as the server sees it. */
  readonly inside: (file: string) => string;
  /** Makes a file or folder the server's own. */
  readonly hand: (file: string) => Promise<void>;
  readonly start: (
    command: readonly [string, ...string[]],
    options: { readonly milliseconds?: number },
  ) => Subprocess<{ all: true; reject: false; stdin: 'ignore' }>;
}

/** A real Postgres of Debian's, freshly initialised in a folder of its own, not started yet. */
export async function createPostgres(options: PostgresOptions): Promise<Postgres> {
  const { password, vector = 'own', place = thisMachine(options.folder) } = options;
  const root = mkdtempSync(join(place.folder, 'bootstrap-pg-'));
  const bin = relocate(root, vector);
  const [data, sockets, passwordFile] = [join(root, 'data'), join(root, 'sockets'), join(root, 'password')];
  for (const made of [data, sockets]) mkdirSync(made, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  for (const made of [root, data, sockets, passwordFile]) await place.hand(made);

  const program = (name: string) => place.inside(join(bin, name));
  const users = ['-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${place.inside(passwordFile)}`];
  const fresh = ['-D', place.inside(data), ...users, '-E', 'UTF8', '--locale=C', '--no-sync'];
  const made = await place.start([program('initdb'), ...fresh], { milliseconds: START_MS });
  if (made.exitCode !== 0) throw new Error(`initdb ended with ${made.exitCode ?? 'a signal'}: ${made.all}`);
  const port = options.port ?? (await freePort());
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: place.inside(sockets),
    fsync: 'off',
    shared_buffers: '32MB',
    // Not every refused statement: what a client is told it tells.
    log_min_messages: 'log',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  let server: ReturnType<PostgresPlace['start']> | undefined;
  const stop = async () => {
    // As `pg_ctl -m immediate stop` does.
    server?.kill('SIGQUIT');
    await server;
    server = undefined;
  };

  return {
    port,
    start: async () => {
      server = place.start([program('postgres'), '-D', place.inside(data), ...flags], {});
      await ready(server);
    },
    stop,
    query: async (database, text) => {
      const client = new Client({ host: '127.0.0.1', port, user: 'postgres', password, database });
      await client.connect();
      try {
        return (await client.query<Record<string, unknown>>(text)).rows;
      } finally {
        await client.end();
      }
    },
    remove: async () => {
      await stop();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

const START_MS = 120_000;

/** Ends when the server says that it takes connections. */
async function ready(server: ReturnType<PostgresPlace['start']>): Promise<void> {
  let said = '';
  const listening = new Promise<boolean>((resolve) => {
    server.all.on('data', (chunk: Buffer) => {
      if (said.length < 100_000) said += chunk.toString();
      if (said.includes('database system is ready to accept connections')) resolve(true);
    });
  });
  let patience: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (patience = setTimeout(() => resolve(false), START_MS)));
  const came = await Promise.race([listening, late, server.then(() => false)]);
  clearTimeout(patience);
  if (came) return;
  server.kill('SIGKILL');
  throw new Error(`Postgres did not start: ${said}`);
}

/** This machine's own file tree. */
function thisMachine(folder = tmpdir()): PostgresPlace {
  const owner = serverUser();
  return {
    folder,
    inside: (file) => file,
    hand: async (file) => void ('uid' in owner && (await chown(file, owner.uid, owner.gid))),
    start: ([file, ...args], { milliseconds = 0 }) =>
      execa(file, args, {
        ...owner,
        cwd: folder,
        timeout: milliseconds,
        stdin: 'ignore',
        all: true,
        reject: false,
        maxBuffer: 8_000_000,
      }),
  };
}

/** Postgres refuses to run as root; Debian's package brings a user for it. */
function serverUser(): { uid: number; gid: number } | Record<string, never> {
  if (userInfo().uid !== 0) return {};
  const id = (flag: string) => Number(execaSync('id', [flag, 'postgres']).stdout);
  return { uid: id('-u'), gid: id('-g') };
}

/** Postgres finds its folders from where its program lies: a copied program sees what is put beside it, and nothing is installed. */
function relocate(root: string, vector: NonNullable<PostgresOptions['vector']>): string {
  const base = '/usr/lib/postgresql';
  const version = existsSync(base) ? readdirSync(base).toSorted().at(-1) : undefined;
  if (!version) throw new Error("Debian's PostgreSQL is needed: apt-get install postgresql");
  const bin = join(root, base, version, 'bin');
  const lib = join(root, base, version, 'lib');
  const share = join(root, 'usr/share/postgresql', version);
  const extension = join(share, 'extension');
  for (const folder of [bin, lib, extension]) mkdirSync(folder, { recursive: true });
  for (const name of ['postgres', 'initdb']) copyFileSync(join(base, version, 'bin', name), join(bin, name));
  const takeOver = (from: string, to: string, wanted: (name: string) => boolean) => {
    for (const name of readdirSync(from).filter(wanted)) symlinkSync(join(from, name), join(to, name));
  };
  const original = join('/usr/share/postgresql', version);
  takeOver(original, share, (name) => name !== 'extension');
  const own = vector === 'own';
  takeOver(join(base, version, 'lib'), lib, (name) => own || name !== 'vector.so');
  takeOver(join(original, 'extension'), extension, (name) => own || !/^vector(\.|--)/.test(name));
  if (vector === 'none') return bin;
  if (vector !== 'own') {
    const { built } = vector;
    copyFileSync(join(built, 'vector.so'), join(lib, 'vector.so'));
    copyFileSync(join(built, 'vector.control'), join(extension, 'vector.control'));
    for (const name of readdirSync(join(built, 'sql')).filter((each) => each.startsWith('vector--')))
      copyFileSync(join(built, 'sql', name), join(extension, name));
  } else if (!existsSync(join(extension, 'vector.control'))) {
    writeFileSync(join(extension, 'vector.control'), "comment = 'stand-in for pgvector'\ndefault_version = '0.0.1'\n");
    writeFileSync(join(extension, 'vector--0.0.1.sql'), 'CREATE DOMAIN vector AS real[];\n');
  }
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
