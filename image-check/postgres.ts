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
  /** Where it all lies. */
  readonly folder?: string;
  /** A free one when left out. */
  readonly port?: number;
}

/** A real Postgres of Debian's, freshly initialised in a folder of its own, not started yet. */
export async function createPostgres(options: PostgresOptions): Promise<Postgres> {
  const { password, vector = 'own', folder = tmpdir() } = options;
  const root = mkdtempSync(join(folder, 'bootstrap-pg-'));
  const bin = relocate(root, vector);
  const data = join(root, 'data');
  const sockets = join(root, 'sockets');
  const owner = serverUser();
  for (const made of [data, sockets]) mkdirSync(made, { mode: 0o700 });
  const passwordFile = join(root, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if ('uid' in owner) for (const path of [root, data, sockets, passwordFile]) chownSync(path, owner.uid, owner.gid);

  const running = { ...owner, cwd: root, timeout: 120_000 };
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
    running,
  );
  const port = options.port ?? (await freePort());
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
    execa(join(bin, 'pg_ctl'), ['-D', data, '-w', '-t', '60', ...args], { ...running, stdio: 'ignore' });

  return {
    port,
    start: async () => void (await control('-l', join(data, 'server.log'), '-o', flags, 'start')),
    stop: async () => void (await control('-m', 'immediate', 'stop')),
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
  for (const name of ['postgres', 'initdb', 'pg_ctl']) copyFileSync(join(base, version, 'bin', name), join(bin, name));
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
