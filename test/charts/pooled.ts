import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import { freePort } from '../../lab/parts/ports.ts';
import { needs } from '../support/needs.ts';
import { rendered, the, workloads } from './objects.ts';
import { program } from './programs.ts';

needs('pgbouncer');

/**
 * Starts a real PgBouncer as the chart does it, before the Postgres at a port, until the test is over. Takes the values to render
 * with, the keys of the Secret and the database that is served; gives the port on which it answers.
 */
export async function startPgBouncer(
  which: 'defaults' | 'appliance',
  postgresPort: number,
  secret: Readonly<Record<string, string>>,
  database = 'server',
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'pgbouncer-'));
  // PgBouncer does not run as root.
  chmodSync(folder, 0o777);
  const port = await freePort('127.0.0.1');
  const settings = `port=${port},database.host=127.0.0.1,database.port=${postgresPort},database.name=${database}`;
  const objects = await rendered('pgbouncer', ['--set', settings], which);
  const ini = the(objects, 'ConfigMap', 'pgbouncer').data?.['pgbouncer.ini'] ?? '';
  const [own] = workloads(objects)[0]?.pod.containers ?? [];
  const here = (text: string) => text.replaceAll(/\/(?:run|etc)\/pgbouncer/g, folder);
  writeFileSync(join(folder, 'pgbouncer.ini'), here(ini));
  const running = execa('/bin/sh', ['-ec', here(own?.args?.[0] ?? '')], {
    env: { PATH: `${dirname(await program('pgbouncer'))}:${process.env['PATH']}`, ...secret },
    ...(userInfo().uid === 0 && { uid: 65_534, gid: 65_534 }),
    reject: false,
    all: true,
  });
  onTestFinished(async () => {
    running.kill();
    await running;
    rmSync(folder, { recursive: true });
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    running.all.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('process up')) resolve();
    });
    running.all.once('end', () => reject(new Error(`PgBouncer ended: ${said}`)));
  });
  return port;
}
