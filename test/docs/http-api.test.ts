import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { appliance } from '../diagnosis/appliance.ts';
import { temporaryFolder } from '../client/support/run-client.ts';
import { asOfNow } from '../status-service/support/documents.ts';
import { startService, TOKEN } from '../status-service/support/service.ts';
import type { Service } from '../status-service/support/service.ts';
import { serveKubernetes } from '../support/fake-kubernetes/server.ts';
import type { ServedKubernetes } from '../support/fake-kubernetes/server.ts';

const ROOT = join(import.meta.dirname, '../..');
const DOCS = await readFile(join(ROOT, 'docs/http-api.md'), 'utf8');
/** What curl ends with when the time that it was given is over, as an event stream has no end. */
const TIME_IS_OVER = 28;

let api: ServedKubernetes;
let service: Service;
beforeAll(async () => {
  api = await serveKubernetes(asOfNow(appliance()).kubernetes?.items ?? []);
  api.logText = 'database system is ready to accept connections\n';
  service = await startService(api.env);
  await service.until<{ observedAt: unknown }>(({ observedAt }) => observedAt !== null);
});
afterAll(async () => {
  await service.stop();
  await api.close();
});

/** Each block of shell, and the block of JSON that shows what it prints, where one follows. */
const EXAMPLES = [...DOCS.matchAll(/```sh\n([\s\S]*?)```\n(?:\n```json\n([\s\S]*?)```)?/g)].map(
  ([, script = '', shown]) => ({ script, shown }),
);

/** The path of every key in a value. */
function keysOf(value: unknown, at = ''): string[] {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => [`${at}${key}`, ...keysOf(inner, `${at}${key}.`)]);
}

test('every example runs as it is written, against the service', async () => {
  const folder = await temporaryFolder();
  const client = join(folder, 'appliance-client');
  await writeFile(client, `#!/bin/sh\n[ "$*" = "token show" ] && echo ${TOKEN}\n`);
  await chmod(client, 0o700);
  const env = { PATH: `${folder}:${process.env['PATH']}`, PAGE: service.url };
  expect(EXAMPLES.length).toBeGreaterThan(4);
  for (const { script, shown } of EXAMPLES) {
    const typed = script.replaceAll('--max-time 60', '--max-time 1');
    const { exitCode, stdout, stderr } = await execa('bash', ['-e', '-c', typed], { cwd: folder, env, reject: false });
    expect([0, TIME_IS_OVER], `${typed}\n${stdout}\n${stderr}`).toContain(exitCode);
    if (exitCode === TIME_IS_OVER) expect(stdout).toMatch(/^event: status$/m);
    if (shown !== undefined)
      expect(keysOf(JSON.parse(stdout))).toEqual(expect.arrayContaining(keysOf(JSON.parse(shown))));
  }
  expect(JSON.parse(await readFile(join(folder, 'status.json'), 'utf8'))).toMatchObject({ siteId: 'site-1' });
  expect(JSON.parse(await readFile(join(folder, 'snapshot.json'), 'utf8'))).toMatchObject({ kind: 'Snapshot' });
});

test('every address of the API is in the table, and answers', async () => {
  const source = await readFile(join(ROOT, 'status-service/http/api.ts'), 'utf8');
  const routes = [...source.matchAll(/app\.get\('([^']+)'/g)].map(([, path]) => `/api${path}`);
  const listed = [...DOCS.matchAll(/^\| `(\/[^`]+)` \|/gm)].map(([, path = '']) => path);
  expect(listed.toSorted()).toEqual([...routes, '/healthz', '/metrics'].toSorted());
  for (const path of listed.filter((one) => one !== '/api/events')) {
    const answer = await service.ask(path.replace(':namespace', 'msp').replace(':pod', 'db-0'));
    expect(answer.status, path).toBe(200);
  }
});

test('every code of an error and every metric is in its table', async () => {
  const files = ['api.ts', 'app.ts', 'refusal.ts'].map((file) =>
    readFile(join(ROOT, 'status-service/http', file), 'utf8'),
  );
  const source = (await Promise.all(files)).join('\n');
  const codes = source.matchAll(
    /(?:problem\(\s*context,\s*|code: (?:isThrottled \? )?)'([a-z-]+)'(?: : '([a-z-]+)')?/g,
  );
  const named = [...codes].flatMap(([, one = '', other]) => (other === undefined ? [one] : [one, other]));
  expect(named.length).toBeGreaterThan(7);
  const [, table = ''] = DOCS.split('\n## Errors\n');
  for (const code of named) expect(table).toContain(`\`${code}\``);

  const text = await (await service.ask('/metrics')).text();
  const metrics = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name);
  const [, list = ''] = DOCS.split('\n## Metrics\n');
  const listed = [...list.matchAll(/^\| (`(?:appliance|process)_[^|]+) \|/gm)].flatMap(([, names = '']) =>
    names.replaceAll('`', '').split(', '),
  );
  expect(listed.toSorted()).toEqual(metrics.toSorted());
});
