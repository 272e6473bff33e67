import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import type { VendorImage } from '../../model/appliance.ts';
import { knownCapabilities } from '../../model/capabilities.ts';

const CHARTS = join(import.meta.dirname, '../../charts');
const WORKERS: Readonly<Record<string, Exclude<VendorImage, 'algaCore'>>> = {
  'workflow-worker': 'workflowWorker',
  'email-service': 'emailService',
  'temporal-worker': 'temporalWorker',
};

const tree = z.record(z.string(), z.unknown());
const read = (file: string) => tree.parse(parse(readFileSync(join(CHARTS, file), 'utf8')));
function merged(own: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> {
  const below = (key: string, value: unknown): unknown => {
    const [one, other] = [tree.safeParse(own[key]), tree.safeParse(value)];
    return one.success && other.success ? merged(one.data, other.data) : value;
  };
  return { ...own, ...Object.fromEntries(Object.entries(over).map(([key, value]) => [key, below(key, value)])) };
}
const valuesOf = (chart: string, which: string) => {
  const own = read(`${chart}/values.yaml`);
  return which === 'default' ? own : merged(own, read(`examples/hosted/${chart}.yaml`));
};

const server = z.object({
  images: z.object({ server: z.object({ tag: z.string() }) }),
  bootstrap: z.object({ seedsDir: z.string(), seedsAreIdempotent: z.boolean() }),
});
const place = { host: z.string(), port: z.number(), user: z.string() };
const worker = z.object({
  images: z.object({ worker: z.object({ tag: z.string() }) }),
  database: z.object({ ...place, passwordKeys: z.record(z.string(), z.string()), admin: z.object(place) }),
});

/** Without an installer nobody else says what the image can do whose tag stands there. */
describe.each(['default', 'hosted'])('by the %s values', (which) => {
  test('the bootstrap job looks for the seeds where the image has them', () => {
    const { images, bootstrap } = server.parse(valuesOf('alga-core', which));
    const can = knownCapabilities('algaCore', images.server.tag);
    expect(bootstrap).toMatchObject({
      seedsDir: `/app/${can?.seedsFolder}`,
      seedsAreIdempotent: can?.idempotentSeeds,
    });
  });

  test.each(Object.entries(WORKERS))('%s reaches the data of tenants as its image can', (chart, key) => {
    const { images, database } = worker.parse(valuesOf(chart, which));
    const can = knownCapabilities(key, images.worker.tag);
    if (!can) throw new Error(`nobody here knows ${key} ${images.worker.tag}`);
    const { host, port, user, passwordKeys, admin } = database;
    const found = { user, key: passwordKeys[user], direct: host === admin.host && port === admin.port };
    expect(found).toEqual(
      can.adminConnection
        ? { user: 'app_user_pgbouncer', key: undefined, direct: false }
        : { user: 'app_user', key: 'DB_PASSWORD_SERVER', direct: true },
    );
  });
});

test('no chart with an image of the vendor is forgotten', () => {
  const named = readdirSync(CHARTS, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('/values.yaml'))
    .filter((file) => readFileSync(join(CHARTS, file), 'utf8').includes('repository: ghcr.io/nine-minds/'))
    .map((file) => file.split('/')[0]);
  expect(named.toSorted()).toEqual(['alga-core', ...Object.keys(WORKERS)].toSorted());
});
