import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { SUPERUSER_PASSWORD } from './postgres.ts';

const PROGRAM = resolve(import.meta.dirname, '../../charts/alga-core/files/bootstrap');

/** Passwords of the roles in these tests: canaries, like the superuser's. */
export const PASSWORDS = {
  app: 'canary0app0password',
  pgbouncer: 'canary0pgbouncer0password',
  hocuspocus: 'canary0hocuspocus0password',
  administrator: 'canary0administrator0password',
  nextauth: 'canary0nextauth0secret',
};

/** The server's settings for hashing passwords, which the job must have as well. */
export const PASSWORD_HASH = {
  NEXTAUTH_SECRET: PASSWORDS.nextauth,
  SALT_BYTES: '12',
  ITERATIONS: '1000',
  KEY_LENGTH: '64',
  ALGORITHM: 'sha512',
};

/** What the Secret `appliance-initial-tenant` gives. */
export const INITIAL_TENANT = {
  INITIAL_TENANT_NAME: 'First & Sons',
  INITIAL_ADMIN_FIRST_NAME: 'Ada',
  INITIAL_ADMIN_LAST_NAME: 'Admin',
  INITIAL_ADMIN_EMAIL: 'Ada@first.test',
  INITIAL_ADMIN_PASSWORD: PASSWORDS.administrator,
};

/** The job's environment when that Secret is not there. */
export const NO_INITIAL_TENANT = Object.fromEntries(Object.keys(INITIAL_TENANT).map((name) => [name, '']));

/** What the bootstrap job leaves as its termination message. */
export interface JobResult {
  mode: string;
  migrated: boolean;
  migrationsApplied: number;
  seeds: string | null;
  usersCount: number | null;
  error: string | null;
  exitCode: number;
}

export interface FinishedJob {
  exitCode: number | undefined;
  log: string;
  /** Null when the program was killed before it could write one. */
  result: JobResult | null;
  /** The termination message, byte for byte; empty when there is none. */
  message: Buffer;
}

export interface RunningJob {
  /** Ends the whole container at once: program and children, as a kubelet's SIGKILL does. */
  kill(): void;
  signal(signal: NodeJS.Signals): void;
  /** Waits until it has printed this. */
  said(words: string): Promise<void>;
  readonly finished: Promise<FinishedJob>;
}

/** A folder laid out as the image is, with the stand-in's programs and the real pg and knex. */
export function createImage(): { dir: string; remove: () => void } {
  const dir = mkdtempSync(join(tmpdir(), 'bootstrap-image-'));
  const images = join(import.meta.dirname, '../../lab/images');
  cpSync(join(images, 'alga-core/app'), dir, { recursive: true });
  cpSync(join(images, 'files/vendor'), join(dir, 'stand-in'), { recursive: true });
  cpSync(join(images, 'files/vendor/tsx'), join(dir, 'server/node_modules/tsx'), { recursive: true });
  symlinkSync(dirname(dirname(fileURLToPath(import.meta.resolve('knex/package.json')))), join(dir, 'node_modules'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** The job's environment; `more` overrides the appliance's settings. */
export function jobEnvironment(imageDir: string, port: number, database: string, more: Record<string, string> = {}) {
  return {
    PATH: process.env.PATH ?? '',
    APP_DIR: imageDir,
    APP_ENV: 'production',
    EDITION: 'enterprise',
    BOOTSTRAP_MODE: 'fresh',
    BOOTSTRAP_INSTALL_ID: 'install-1',
    BOOTSTRAP_INPUTS: 'inputs-1',
    SETUP_RUN_MIGRATIONS: 'true',
    SETUP_RUN_SEEDS: 'true',
    SEEDS_DIR: join(imageDir, 'ee/server/seeds/onboarding/psa'),
    DB_HOST: '127.0.0.1',
    DB_PORT: String(port),
    DB_NAME_SERVER: database,
    DB_USER_SERVER: 'app_user',
    DB_PASSWORD_SERVER: PASSWORDS.app,
    DB_USER_ADMIN: 'postgres',
    DB_PASSWORD_ADMIN: SUPERUSER_PASSWORD,
    DB_USER_PGBOUNCER: 'app_user_pgbouncer',
    DB_PASSWORD_PGBOUNCER: PASSWORDS.pgbouncer,
    DB_USER_HOCUSPOCUS: 'hocuspocus_user',
    DB_PASSWORD_HOCUSPOCUS: PASSWORDS.hocuspocus,
    DB_NAME_HOCUSPOCUS: `${database}_hocuspocus`,
    DATABASE_WAIT_SECONDS: '120',
    LOCK_WAIT_SECONDS: '120',
    DEPLOYMENT_PROFILE: 'appliance',
    ...PASSWORD_HASH,
    ...INITIAL_TENANT,
    ...more,
  };
}

/** Starts one of the chart's bootstrap programs as a container would run it. */
export function startJob(env: Record<string, string>, program: 'main' | 'gate' = 'main'): RunningJob {
  const folder = mkdtempSync(join(tmpdir(), 'bootstrap-job-'));
  const message = join(folder, 'termination-log');
  const child = execa(process.execPath, [join(PROGRAM, `${program}.mjs`)], {
    env: { ...env, TERMINATION_LOG: message, TMPDIR: folder, HOME: folder },
    extendEnv: false,
    all: true,
    reject: false,
    detached: true,
    // Who asks a run to stop waits for its end, as the pod's grace period does.
    forceKillAfterDelay: false,
    timeout: 180_000,
  });
  let printed = '';
  child.all.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const finish = async (): Promise<FinishedJob> => {
    const { exitCode, all } = await child;
    const bytes = existsSync(message) ? readFileSync(message) : Buffer.alloc(0);
    rmSync(folder, { recursive: true, force: true });
    return { exitCode, log: all, message: bytes, result: program === 'main' ? readResult(bytes) : null };
  };
  return {
    kill: () => void (child.pid && process.kill(-child.pid, 'SIGKILL')),
    signal: (signal) => void child.kill(signal),
    said: async (words) => {
      while (!printed.includes(words)) await once(child.all, 'data');
    },
    finished: finish(),
  };
}

/** Runs a job to its end. */
export const runJob = (env: Record<string, string>, program: 'main' | 'gate' = 'main') =>
  startJob(env, program).finished;

function readResult(message: Buffer): JobResult | null {
  if (message.byteLength === 0) return null;
  const { job, seconds, ...result } = JSON.parse(message.toString());
  if (job !== 'alga-bootstrap/v1' || typeof seconds !== 'number') throw new Error(`not a job's result: ${job}`);
  return result;
}
