import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { appliance } from '../diagnosis/appliance.ts';
import { crashing } from '../diagnosis/faults.ts';
import { serveKubernetes, type ServedKubernetes } from '../support/fake-kubernetes/server.ts';
import { asOfNow } from './support/documents.ts';
import { startService, TOKEN, type Service } from './support/service.ts';
import { sessionCookie } from '../../status-service/auth/session.ts';

const ROOT = join(import.meta.dirname, '../..');
const answer = z.object({ content: z.record(z.string(), z.object({ schema: z.looseObject({}) })).optional() });
const operation = z.object({
  security: z.array(z.unknown()).optional(),
  responses: z.record(z.string(), answer),
});
type Operation = z.infer<typeof operation>;
const description = z.object({
  openapi: z.literal('3.1.0'),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
});
const api = description.parse(JSON.parse(await readFile(join(ROOT, 'schemas/openapi.json'), 'utf8')));
const ajv = new Ajv2020({ allErrors: true, strict: false, formats: fullFormats });
ajv.addSchema({ $id: 'openapi', components: api.components });

const OPERATIONS = Object.entries(api.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, found]): [string, string, Operation] => [method.toUpperCase(), path, found]),
);
const CLOSED = OPERATIONS.filter(([, , { security }]) => security === undefined);
/** A path with the pod that is there. */
const real = (path: string): string => path.replace('{namespace}', 'msp').replace('{pod}', 'db-0');

/** Says what is wrong with an answer by its description; nothing where all is as described. */
async function faultsOf(found: Operation, response: Response): Promise<string[]> {
  const described = found.responses[String(response.status)];
  if (!described) return [`${response.status} is not described`];
  const type = response.headers.get('content-type')?.split(';')[0] ?? '';
  if (!described.content) return [];
  const content = described.content[type];
  if (!content) return [`${response.status} as ${type || 'nothing'} is not described`];
  if (type === 'text/event-stream') {
    await response.body?.cancel();
    return [];
  }
  const text = await response.text();
  if (type !== 'application/json') return text === '' ? ['it is empty'] : [];
  const schema = JSON.parse(JSON.stringify(content.schema).replaceAll('#/components', 'openapi#/components'));
  const isValid = ajv.compile(schema);
  return isValid(JSON.parse(text)) ? [] : [ajv.errorsText(isValid.errors)];
}

let kubernetes: ServedKubernetes;
let service: Service;
let alone: Service;
beforeAll(async () => {
  const snapshot = asOfNow(appliance(crashing('temporal', 'cannot unmarshal !!str `tcp://10...` into int')));
  kubernetes = await serveKubernetes(snapshot.kubernetes?.items ?? []);
  [service, alone] = await Promise.all([startService(kubernetes.env), startService()]);
  await service.until<{ stale: boolean }>(({ stale }) => !stale);
});
afterAll(async () => {
  await Promise.all([service.stop(), alone.stop()]);
  await kubernetes.close();
});

test('every route of the service is described, and nothing else', async () => {
  const routes = async (file: string, prefix = ''): Promise<string[]> => {
    const source = await readFile(join(ROOT, 'status-service/http', file), 'utf8');
    return [...source.matchAll(/app\.(get|post)\('([^']+)'/g)].map(
      ([, method, path]) => `${method} ${prefix}${path?.replaceAll(/:(\w+)/g, '{$1}')}`,
    );
  };
  const all = [...(await routes('api.ts', '/api')), ...(await routes('app.ts')), ...(await routes('pages.ts'))];
  const described = OPERATIONS.filter(([, path]) => !path.startsWith('/assets/'));
  expect(described.map(([method, path]) => `${method.toLowerCase()} ${path}`).toSorted()).toEqual(all.toSorted());
});

describe('with the token', () => {
  test.each(OPERATIONS)('%s %s answers as described, with a cluster and without', async (method, path, found) => {
    for (const one of [service, alone]) {
      const signal = AbortSignal.timeout(10_000);
      const body = method === 'POST' ? new URLSearchParams({ token: TOKEN }) : null;
      const response = await one.ask(real(path), { method, signal, body });
      expect(await faultsOf(found, response)).toEqual([]);
      if (one === service) expect([200, 303]).toContain(response.status);
    }
  });

  test('HEAD is answered wherever GET is', async () => {
    for (const [method, path] of OPERATIONS)
      if (method === 'GET') expect((await service.ask(real(path), { method: 'HEAD' })).status).toBe(200);
  });

  test('a pod that is not there, and a log that may not be read, are described answers', async () => {
    for (const [, path, found] of OPERATIONS.filter((one) => one[1].includes('{pod}'))) {
      const response = await service.ask(path.replace('{namespace}', 'msp').replace('{pod}', 'nothing'));
      expect(response.status).toBe(404);
      expect(await faultsOf(found, response)).toEqual([]);
    }
    kubernetes.forbidden = /\/log$/;
    const log = '/api/pods/{namespace}/{pod}/log';
    const response = await service.ask(real(log));
    kubernetes.forbidden = null;
    expect(response.status).toBe(403);
    expect(await faultsOf(operation.parse(api.paths[log]?.['get']), response)).toEqual([]);
  });

  test.each([
    ['/api/nothing', 'application/json'],
    ['/api/status/more', 'application/json'],
    ['/nothing', 'text/html'],
    ['/assets/nothing.css', 'text/html'],
  ])('%s is not described and is 404 as %s', async (path, type) => {
    const response = await service.ask(path);
    expect([response.status, response.headers.get('content-type')?.split(';')[0]]).toEqual([404, type]);
    if (type === 'application/json')
      expect(await response.json()).toMatchObject({ error: { code: 'not-found', message: expect.any(String) } });
  });
});

describe('refused', () => {
  test.each(CLOSED)(
    '%s %s without a token, with a wrong one, and with a session that is none',
    async (_, path, found) => {
      for (const headers of [{}, { cookie: `${sessionCookie('site-1')}=nothing` }]) {
        const response = await service.get(real(path), { headers });
        expect(response.status).toBe(401);
        expect(await faultsOf(found, response)).toEqual([]);
      }
    },
  );

  test('too many wrong tokens are a described answer, too', async () => {
    const wrong = { headers: { authorization: 'Bearer wrong' } };
    const statuses = new Set<number>();
    for (let tries = 0; tries < 40 && !statuses.has(429); tries += 1) {
      const response = await alone.get('/api/status', wrong);
      statuses.add(response.status);
      expect(await faultsOf(operation.parse(api.paths['/api/status']?.['get']), response)).toEqual([]);
    }
    expect([...statuses]).toEqual([401, 429]);
  });

  test.each(OPERATIONS)(
    'instead of %s %s another method, and a body that is too large',
    async (method, path, found) => {
      const others = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'].filter((one) => one !== method);
      for (const other of others) {
        const response = await service.ask(real(path), { method: other });
        expect([response.status, response.headers.get('allow')]).toEqual([
          405,
          method === 'GET' ? 'GET, HEAD' : 'POST',
        ]);
        expect(await faultsOf(found, response)).toEqual([]);
      }
      if (method !== 'POST') return;
      const response = await service.ask(path, { method, body: new URLSearchParams({ token: 'x'.repeat(5_000) }) });
      expect(response.status).toBe(413);
      expect(await faultsOf(found, response)).toEqual([]);
    },
  );
});
