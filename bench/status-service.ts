import { readFileSync } from 'node:fs';
import { appliance } from '../test/diagnosis/appliance.ts';
import { crowd } from '../test/status-service/support/crowd.ts';
import { asOfNow } from '../test/status-service/support/documents.ts';
import { startFakeApi } from '../test/status-service/support/fake-api.ts';
import { startService, type Service } from '../test/status-service/support/service.ts';

/** What the status service takes, in bytes and milliseconds. */
export interface StatusServiceFigures {
  readonly pods: number;
  /** Resident memory: as it starts, the highest of all samples while it works, and at the end. */
  readonly residentAtStart: number;
  readonly residentHighest: number;
  readonly residentAtEnd: number;
  /** From a change on the API server to the document that tells it; a second of it is the wait for further changes. */
  readonly changeToDocumentMs: readonly number[];
  readonly pageMs: readonly number[];
  readonly pageBytes: number;
  /** Processor time of the service for the whole measurement. */
  readonly cpuMs: number;
}

const TICKS_PER_SECOND = 100;

function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1000;
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
async function listen(service: Service): Promise<{ next(): Promise<void>; return(): Promise<void> }> {
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
  return { next, return: () => reader.cancel() };
}

/**
 * Takes how many pods, gives the figures of the built service before an API server with that many: an appliance and a crowd,
 * of which twenty pods change each second while somebody reads. Linux only: it reads /proc.
 */
export async function measureStatusService(pods: number, seconds = 10): Promise<StatusServiceFigures> {
  const own = asOfNow(appliance()).kubernetes?.items ?? [];
  const others = pods - own.filter(({ kind }) => kind === 'Pod').length;
  const api = await startFakeApi([...own, ...crowd(others)]);
  const service = await startService(api.env);
  try {
    const pid = service.process.pid ?? 0;
    const residentAtStart = service.residentBytes();
    const samples: number[] = [];
    const sampler = setInterval(() => samples.push(service.residentBytes()), 50);
    await seen(service, pods);
    const changes = await listen(service);
    const busy = crowd(20).filter(({ kind }) => kind === 'Pod');
    const changeToDocumentMs: number[] = [];
    const pageMs: number[] = [];
    let pageBytes = 0;
    for (let round = 0; round < seconds; round += 1) {
      const began = performance.now();
      const phase = round % 2 === 0 ? 'Failed' : 'Running';
      for (const pod of busy) api.put({ ...pod, status: { ...Object(pod['status']), phase } });
      await changes.next();
      changeToDocumentMs.push(performance.now() - began);
      for (const path of ['/', '/diagnostics']) {
        const asked = performance.now();
        pageBytes = Math.max(pageBytes, (await (await service.ask(path)).text()).length);
        pageMs.push(performance.now() - asked);
      }
    }
    clearInterval(sampler);
    await changes.return();
    return {
      pods,
      residentAtStart,
      residentHighest: Math.max(...samples),
      residentAtEnd: service.residentBytes(),
      changeToDocumentMs,
      pageMs,
      pageBytes,
      cpuMs: cpuMs(pid),
    };
  } finally {
    await service.stop();
    await api.close();
  }
}

if (import.meta.main) console.log(JSON.stringify(await measureStatusService(500), null, 2));
