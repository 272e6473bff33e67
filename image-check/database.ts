import { z } from 'zod';
import type { Postgres } from './postgres.ts';

export const DATABASE = 'server';
/** The copies that the bootstrap job takes before it fills a database and before it migrates an empty one (copy.mjs of the job). */
const COPY = `${DATABASE}_before_seeds`;
const BEGINNING = `${DATABASE}_before_migrations`;

/** What is in the application's database; null for a table that is not there. */
export interface Contents {
  readonly migrations: number | null;
  readonly tenants: number | null;
  readonly users: number | null;
  readonly licences: number | null;
  /** Fillings in the job's record: ended ones, and those that have only begun. */
  readonly filled: number | null;
  readonly begun: number | null;
  /** Whether the copy of before a filling is there. */
  readonly copied: boolean;
  /** Databases of the job's that are there beside the application's. */
  readonly left: readonly string[];
}

const TABLES = {
  migrations: ['public.knex_migrations', ''],
  tenants: ['public.tenants', ''],
  users: ['public.users', ''],
  licences: ['public.license_state', ''],
  filled: ['alga_bootstrap.seeding', 'where finished_at is not null'],
  begun: ['alga_bootstrap.seeding', 'where finished_at is null'],
} as const;
const counted = z.tuple([z.object({ count: z.number().int() })]);

export async function contents(postgres: Postgres): Promise<Contents> {
  const there = await postgres.query(
    'postgres',
    `select datname from pg_database where datname in ('${DATABASE}', '${COPY}', '${BEGINNING}')`,
  );
  const databases = there.map(({ datname }) => datname);
  const count = async (table: string, where: string): Promise<number | null> => {
    if (!databases.includes(DATABASE)) return null;
    const [exists] = await postgres.query(DATABASE, `select to_regclass('${table}') is not null as there`);
    if (exists?.['there'] !== true) return null;
    return counted.parse(await postgres.query(DATABASE, `select count(*)::int as count from ${table} ${where}`))[0]
      .count;
  };
  return {
    migrations: await count(...TABLES.migrations),
    tenants: await count(...TABLES.tenants),
    users: await count(...TABLES.users),
    licences: await count(...TABLES.licences),
    filled: await count(...TABLES.filled),
    begun: await count(...TABLES.begun),
    copied: databases.includes(COPY),
    left: [COPY, BEGINNING].filter((name) => databases.includes(name)),
  };
}

/** The number of rows of every table of the application, to tell whether a run changed anything. */
export async function rowCounts(postgres: Postgres): Promise<string> {
  const rows = await postgres.query(
    DATABASE,
    `select format('%I.%I', schemaname, tablename) as name,
      (xpath('/row/count/text()', query_to_xml(format('select count(*) from %I.%I', schemaname, tablename), false, true, '')))[1]::text as count
      from pg_tables where schemaname not in ('pg_catalog', 'information_schema', 'alga_bootstrap') order by 1`,
  );
  return rows.map(({ name, count }) => `${String(name)}=${String(count)}`).join('\n');
}

/**
 * What must hold after every run of the job, however it ended: never two tenants; half a tenant only where the job says that it
 * began and has the copy to go back to; and an end that is called good has one whole tenant.
 * @returns what does not hold, none when all is well
 */
export function broken(found: Contents, run: { readonly ended: 'well' | 'badly' | 'cut' }): string[] {
  const [tenants, users] = [found.tenants ?? 0, found.users ?? 0];
  const faults: string[] = [];
  if (tenants > 1) faults.push(`${tenants} tenants found`);
  const undone = (found.begun ?? 0) > 0 && found.copied;
  if (tenants > 0 && users === 0 && !undone) faults.push('half a tenant found: it has no user, and no copy to restore');
  if (run.ended !== 'well') return faults;
  if (users === 0) faults.push('a run that created no users was reported as a success');
  if (tenants !== 1 && tenants < 2) faults.push('a run that created no tenant was reported as a success');
  if ((found.begun ?? 0) > 0) faults.push('a seeding was left unfinished by a run that was reported as a success');
  for (const name of found.left) faults.push(`the copy ${name} was left by a run that was reported as a success`);
  return faults;
}

/** Has the next run begin with the application's database as it was when `keep` was called, or with none. */
export interface Starts {
  keep(): Promise<void>;
  restore(): Promise<void>;
}

export function starts(postgres: Postgres): Starts {
  const kept = `${DATABASE}_kept`;
  let isKept = false;
  const drop = (name: string) => postgres.query('postgres', `drop database if exists ${name} with (force)`);
  return {
    keep: async () => {
      await drop(kept);
      await postgres.query('postgres', `create database ${kept} template ${DATABASE}`);
      isKept = true;
    },
    restore: async () => {
      for (const name of [DATABASE, COPY, BEGINNING]) await drop(name);
      if (isKept) await postgres.query('postgres', `create database ${DATABASE} template ${kept}`);
    },
  };
}
