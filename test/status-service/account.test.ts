import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StatusDocument } from '../../model/status.ts';
import { crowd } from './support/crowd.ts';
import { startRealApi, type RealApi } from './support/real-api.ts';
import { startService } from './support/service.ts';

// The account that the chart makes, on a real API server: all that the page asks is allowed, and nothing else is.
let api: RealApi;
beforeAll(async () => {
  api = await startRealApi(['team-0']);
  for (const object of crowd(1)) await api.create(object);
});
afterAll(() => api.stop());

test('everything that the service asks is allowed, and what changes afterwards comes by the watches', async () => {
  const service = await startService(api.env);
  const document = await service.until<StatusDocument>(({ stale }) => !stale);
  expect(document.sources.find(({ source }) => source === 'kubernetes')).toMatchObject({ error: null, stale: false });
  expect(document.tiers.platform.status).not.toBe('unknown');
  const health = async (wanted: string) => {
    const { pods } = await service.until<{ pods: { name: string; health: string }[] }>(
      ({ pods: rows }) => rows.some(({ health: seen }) => seen === wanted),
      '/api/pods',
    );
    return pods.map((pod) => pod.health);
  };
  expect(await health('ready')).toEqual(['ready']);
  for (const object of crowd(1)) {
    if (object.kind !== 'Pod') continue;
    await api.putStatus({ ...object, status: { ...Object(object['status']), phase: 'Failed' } });
  }
  expect(await health('failed')).toEqual(['failed']);
  // No kubelet runs here: the log does not come, and not for want of a right.
  const [pod] = crowd(1);
  const log = await service.ask(`/api/pods/team-0/${pod?.metadata.name}/log`);
  expect([502, 504]).toContain(log.status);
  expect(service.output()).not.toMatch(/forbidden|cannot list|cannot watch/);
  expect(await service.stop()).toBe(0);
});

const POD = '/api/v1/namespaces/team-0/pods';
test.each([
  ['GET', '/api/v1/secrets'],
  ['GET', '/api/v1/namespaces/appliance-system/secrets/appliance-status-auth'],
  ['GET', '/api/v1/namespaces/alga-system/configmaps'],
  ['POST', POD],
  ['POST', '/apis/batch/v1/namespaces/team-0/jobs'],
  ['PATCH', '/apis/apps/v1/namespaces/team-0/deployments/worker-0'],
  ['PATCH', '/api/v1/namespaces/alga-system/configmaps/appliance-release-selection'],
  ['DELETE', `${POD}/worker-0-7d9c5b8f6d-q4z8w`],
  ['DELETE', POD],
  ['POST', `${POD}/worker-0-7d9c5b8f6d-q4z8w/exec?command=id&stdout=true`],
  ['POST', `${POD}/worker-0-7d9c5b8f6d-q4z8w/attach?stdout=true`],
  ['POST', `${POD}/worker-0-7d9c5b8f6d-q4z8w/portforward?ports=80`],
  ['POST', `${POD}/worker-0-7d9c5b8f6d-q4z8w/eviction`],
  ['POST', '/api/v1/namespaces/appliance-system/serviceaccounts/appliance-status/token'],
  ['POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings'],
])('%s %s is denied', async (method, path) => {
  const body = method === 'GET' || method === 'DELETE' ? undefined : { metadata: { name: 'mine' } };
  expect(await api.asPage(method, path, body)).toBe(403);
});
