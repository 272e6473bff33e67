// Runs in namespaces of its own, without a network but its own loopback: what scripts/check-image.ts starts by unshare.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { checkBootstrap, programFiles } from './bootstrap.ts';
import { renderedContainer } from './environment.ts';
import { BOOTSTRAP, mountRoot, NoImageRoot } from './image-root.ts';
import { createPostgres } from './postgres.ts';
import { postgresRoot } from './postgres-root.ts';
import { startCountingProxy } from './proxy.ts';
import { checkReads } from './reads.ts';

/** What is to be done, handed over in a file. */
export const plan = z.object({
  folder: z.string(),
  work: z.string(),
  user: z.number().int(),
  ip: z.string(),
  imageEnv: z.record(z.string(), z.string()),
  job: renderedContainer.nullable(),
  program: z.record(z.string(), z.string()),
  container: renderedContainer.nullable(),
  vector: z.union([z.literal('own'), z.object({ built: z.string() })]),
  kills: z.object({ every: z.number(), limit: z.number(), from: z.enum(['empty', 'migrated']) }),
  milliseconds: z.object({ job: z.number(), start: z.number() }),
});
export type Plan = z.infer<typeof plan>;

/** Where the charts' DB_HOST and DB_PORT lead, in this network. */
const PROXY_PORT = 5432;
const POSTGRES_PORT = 15_432;

async function check(file: string): Promise<number> {
  const { folder, work, user, ip, imageEnv, job, program, container, vector, kills, milliseconds } = plan.parse(
    JSON.parse(await readFile(file, 'utf8')),
  );
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  await execa(ip, ['link', 'set', 'lo', 'up'], { timeout: 10_000 });
  const root = await mountRoot({ folder, work, user, files: programFiles({ program }, BOOTSTRAP) });
  const password = job?.env['DB_PASSWORD_ADMIN'] ?? container?.env['DB_PASSWORD_ADMIN'] ?? 'check-image';
  const place = await postgresRoot(work, [user]);
  const postgres = await createPostgres({ password, vector, port: POSTGRES_PORT, place });
  await postgres.start();
  const proxy = await startCountingProxy(postgres.port, PROXY_PORT);
  try {
    const faults: string[] = [];
    if (job !== null) {
      say(await describe(postgres));
      const bed = { root, postgres, proxy };
      faults.push(...(await checkBootstrap({ ...bed, job, kills, milliseconds: milliseconds.job, imageEnv, say })));
      say(faults.length === 0 ? 'bootstrap: no faults found' : `bootstrap: ${faults.length} faults found`);
    }
    proxy.count();
    if (container !== null) await checkReads({ root, container, imageEnv, milliseconds: milliseconds.start, say });
    return faults.length === 0 ? 0 : 1;
  } finally {
    await proxy.close();
    await postgres.remove();
  }
}

async function describe(postgres: Awaited<ReturnType<typeof createPostgres>>): Promise<string> {
  const [row] = await postgres.query(
    'postgres',
    `select current_setting('server_version') as server, (select default_version from pg_available_extensions where name = 'vector') as vector`,
  );
  const vector =
    row?.['vector'] === '0.0.1' ? 'a stand-in for vector (a type of that name)' : `vector ${String(row?.['vector'])}`;
  return `Postgres ${String(row?.['server'])} with ${vector}`;
}

if (import.meta.main) {
  try {
    process.exitCode = await check(path.resolve(process.argv[2] ?? ''));
  } catch (error) {
    process.stderr.write(
      `${error instanceof Error ? ((error instanceof NoImageRoot ? error.message : error.stack) ?? '') : String(error)}\n`,
    );
    process.exitCode = 2;
  }
}
