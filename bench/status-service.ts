import { crowd } from '../test/status-service/support/crowd.ts';
import { startRealApi, type RealApi } from '../test/status-service/support/real-api.ts';
import { startService, type Service } from '../test/status-service/support/service.ts';
import type { KubernetesObject } from '../model/snapshot.ts';
import { atMost, type Figure, percentile } from './figure.ts';

const PODS = 500;
const LISTENERS = 200;
const ROUNDS = 8;
/** The first of these warms up; a leak would show from the second to the last. */
const SPELLS = 4;
/** Pods that change in each round. */
const BUSY = 20;
const MOST_MB = 96;
const SAMPLE_MS = 50;
const MB = 1e6;

const isPod = ({ kind }: KubernetesObject) => kind === 'Pod';

/** Creates objects, some at a time. */
async function fill(api: RealApi, objects: readonly KubernetesObject[]): Promise<void> {
  const queue = [...objects];
  const worker = async (): Promise<void> => {
    for (let object = queue.shift(); object !== undefined; object = queue.shift()) await api.create(object);
  };
  await Promise.all(Array.from({ length: 20 }, worker));
}

/** Waits until the service has seen that many pods; asks as a monitoring system would. */
async function seen(service: Service, pods: number): Promise<void> {
  for (;;) {
    const text = await (await service.ask('/metrics')).text();
    const counts = [...text.matchAll(/^appliance_pods\{.*\} (\d+)$/gm)].map(([, count]) => Number(count));
    if (counts.reduce((sum, count) => sum + count, 0) === pods) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Listens as a page does; `next` resolves at each change after the present. */
async function listen(service: Service): Promise<{ next(): Promise<void>; end(): Promise<void> }> {
  const answer = await service.ask('/api/events?only=changes');
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) throw new Error('the event stream has no body');
  const next = async (): Promise<void> => {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) throw new Error('the event stream ended');
      if (value.includes('event: changed')) return;
    }
  };
  await next();
  return { next, end: () => reader.cancel() };
}

/** Opens event streams of whole documents and reads them; gives how many bytes came, and the way to end them. */
async function crowdOfListeners(
  service: Service,
  count: number,
): Promise<{ bytes: () => number; end(): Promise<void> }> {
  const stop = new AbortController();
  let bytes = 0;
  const read = async (answer: Response): Promise<void> => {
    try {
      for await (const chunk of answer.body ?? []) bytes += chunk.length;
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    }
  };
  const answers = await Promise.all(
    Array.from({ length: count }, () => service.ask('/api/events', { signal: stop.signal })),
  );
  const reading = answers.map(read);
  return {
    bytes: () => bytes,
    end: async () => {
      stop.abort();
      await Promise.all(reading);
    },
  };
}

/** The highest resident memory while something runs, in MB. */
async function highest(service: Service, work: () => Promise<void>): Promise<number> {
  const samples = [service.residentBytes()];
  const sampler = setInterval(() => samples.push(service.residentBytes()), SAMPLE_MS);
  try {
    await work();
  } finally {
    clearInterval(sampler);
  }
  return Math.max(...samples, service.residentBytes()) / MB;
}

/** Measures the built service before a real API server with 500 pods, of which twenty change each second. Linux only: it reads /proc. */
export async function measureStatusService(): Promise<Figure[]> {
  const objects = crowd(PODS);
  const api = await startRealApi([...new Set(objects.map(({ metadata }) => metadata.namespace ?? 'default'))]);
  try {
    await fill(api, objects);
    const service = await startService(api.env);
    try {
      return await measure(api, service, objects.filter(isPod).slice(0, BUSY));
    } finally {
      await service.stop();
    }
  } finally {
    await api.stop();
  }
}

async function measure(api: RealApi, service: Service, busy: readonly KubernetesObject[]): Promise<Figure[]> {
  const pageMs: number[] = [];
  const changeMs: number[] = [];
  const rounds = async (): Promise<void> => {
    const changes = await listen(service);
    for (let round = 0; round < ROUNDS; round += 1) {
      const phase = round % 2 === 0 ? 'Failed' : 'Running';
      const began = performance.now();
      for (const pod of busy) await api.putStatus({ ...pod, status: { ...Object(pod['status']), phase } });
      await changes.next();
      changeMs.push(performance.now() - began);
      for (const path of ['/', '/diagnostics', '/api/status']) {
        const asked = performance.now();
        await (await service.ask(path)).text();
        pageMs.push(performance.now() - asked);
      }
    }
    await changes.end();
  };
  const listing = await highest(service, () => seen(service, PODS));
  const alone = await highest(service, rounds);
  const listeners = await crowdOfListeners(service, LISTENERS);
  const spells: number[] = [];
  for (let spell = 0; spell < SPELLS; spell += 1) spells.push(await highest(service, rounds));
  const growth = (spells.at(-1) ?? 0) - (spells[1] ?? 0);
  await listeners.end();
  const name = `status service, ${PODS} pods`;
  return [
    atMost(`${name}: resident memory`, Math.max(listing, alone), MOST_MB, 'MB'),
    atMost(`${name}: resident memory under ${LISTENERS} event streams`, Math.max(...spells), MOST_MB, 'MB'),
    atMost(`${name}: growth while ${ROUNDS * (SPELLS - 2)} changes pass`, Math.max(0, growth), 3, 'MB'),
    atMost(`${name}: a page, p95`, percentile(pageMs, 0.95), 2_000, 'ms'),
    atMost(`${name}: from a change to the page that shows it, p95`, percentile(changeMs, 0.95), 2_000, 'ms'),
  ];
}

if (import.meta.main) {
  for (const { name, value, limit, passed } of await measureStatusService())
    console.log(`${passed === null ? '    ' : passed ? 'ok  ' : 'MISS'} ${name}: ${value} (${limit})`);
}
