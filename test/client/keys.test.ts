import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { siteRecord } from '../../model/site.ts';
import { installWorkflowId } from '../../model/workflow-contract.ts';
import { keyIdIn } from '../../temporal/payload-codec.ts';
import { temporaryHome } from '../support/home.ts';
import { clientTls } from '../../temporal/certificates.ts';
import { needs } from '../support/needs.ts';
import { temporaryFolder } from './support/run-client.ts';

needs('temporal-local');

const ENTRY = join(import.meta.dirname, '../../client/entry.ts');
const rotated = z.object({ id: z.string(), keys: z.number(), file: z.string() });
const server = z.object({ address: z.string(), certificates: z.object({ folder: z.string() }) });

test('keys rotate under an install that runs; one that is lost is told in its own words, and has its ways out', async () => {
  const home = await temporaryFolder();
  const simulation = await temporaryHome(join(home, '.simulation'));
  const own = {
    ALGA_APPLIANCE_HOME: home,
    HOME: home,
    XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? '/', '.cache'),
  };
  const client = async (...argv: string[]) => {
    const { exitCode, stdout, stderr } = await execa(process.execPath, [ENTRY, ...argv], { env: own, reject: false });
    return { exit: exitCode, stdout, stderr };
  };
  const start = ['start', '--fresh', '--simulate', '--speed', '2', '--detach', '--yes'];
  expect(await client(...start)).toMatchObject({ exit: 0 });
  await expect(stat(join(simulation, 'payload.key')), 'the key of clients up to 0.1.0').rejects.toThrow('ENOENT');

  // What the workflow has written itself by then stays with the first key.
  const phase = async (): Promise<unknown> => JSON.parse((await client('status', '-o', 'json')).stdout).install?.phase;
  await expect.poll(phase, { timeout: 60_000 }).toBe('host');
  const told = await client('codec', 'rotate', '-o', 'json');
  expect(told, told.stderr).toMatchObject({ exit: 0 });
  const { id, keys, file } = rotated.parse(JSON.parse(told.stdout));
  expect(keys).toBe(2);
  // The worker that runs encrypts with it, and what was encrypted before is read.
  const { address, certificates } = server.parse(
    JSON.parse(await readFile(join(simulation, '.temporal/server.json'), 'utf8')),
  );
  const record = siteRecord.parse(JSON.parse(await readFile(join(dirname(file), 'site.json'), 'utf8')));
  const workflowId = record.workflowId ?? installWorkflowId(record.siteId);
  const connection = await Connection.connect({
    address,
    tls: (await clientTls(certificates.folder, new Date())) ?? false,
  });
  const raw = new Client({ connection, namespace: 'appliance' });
  await expect
    .poll(
      async () => {
        const { events } = await raw.workflow.getHandle(workflowId).fetchHistory();
        const ids = (events ?? []).flatMap((event) =>
          Object.values(event.workflowPropertiesModifiedEventAttributes?.upsertedMemo?.fields ?? {}).map(keyIdIn),
        );
        return ids.includes(id) ? new Set(ids).size : 0;
      },
      { timeout: 60_000 },
    )
    .toBe(2);
  await connection.close();
  expect(JSON.parse((await client('progress')).stdout)).toMatchObject({ kind: 'InstallProgress' });

  // The file is lost while nothing runs here.
  await client('worker', 'stop');
  await rename(file, `${file}.aside`);
  for (const argv of [
    ['status'],
    ['progress'],
    ['resume'],
    ['retry'],
    ['pause'],
    ['set', '--dns-servers', '192.0.2.1'],
    ['codec'],
  ]) {
    const { exit, stderr } = await client(...argv);
    expect([argv, exit, stderr.includes(`${file} does not exist (keys `), stderr.includes(id)]).toEqual([
      argv,
      4,
      true,
      true,
    ]);
    expect(stderr).not.toContain('defect');
  }
  const document = JSON.parse((await client('status', '-o', 'json')).stdout);
  expect(document.sources).toContainEqual(
    expect.objectContaining({ source: 'install', stale: true, error: expect.stringContaining(file) }),
  );
  expect(await client('start', '--fresh', '--simulate', '--detach', '--yes')).toMatchObject({ exit: 4 });
  expect(await client('cancel')).toMatchObject({ exit: 4, stderr: expect.stringContaining('cancel --yes') });
  await expect(stat(file), 'no command makes another').rejects.toThrow('ENOENT');

  // One way out: the file is put back. A damaged one is none.
  await writeFile(file, '{"cut');
  expect(await client('status')).toMatchObject({ exit: 4, stderr: expect.stringContaining('cut or not JSON') });
  await rename(`${file}.aside`, file);
  expect(await client('progress')).toMatchObject({ exit: 0 });

  // The other: the install is given up unread, and another begun with a new key.
  await rename(file, `${file}.aside`);
  const cancelled = await client('cancel', '--yes');
  expect(cancelled, cancelled.stderr).toMatchObject({ exit: 0 });
  expect(cancelled.stdout).toContain('was terminated: no worker could read it');
  expect(await client('cancel', '--yes')).toMatchObject({ exit: 2 });
  const again = await client(...start);
  expect(again, again.stderr).toMatchObject({ exit: 0 });
  expect(again.stderr).toContain('this one starts with new keys');
  expect(await readFile(file, 'utf8')).not.toContain(id);
  await expect.poll(async () => (await client('progress')).exit, { timeout: 30_000 }).toBe(0);
}, 600_000);
