import { setTimeout as delay } from 'node:timers/promises';
import { runningLocalServer } from '../temporal/index.ts';
import { runningWorker } from '../worker/index.ts';
import { atMost, percentile } from './figure.ts';
import type { Figure } from './figure.ts';
import type { BenchInstall } from './simulated-install.ts';

const KILLS = 12;
const LOOK_EVERY_MS = 100;
const GIVE_UP_MS = 60_000;

/** Kills worker and server in turn while the install waits, and measures until a step is running again, without any help. */
export async function measureRecovery(install: BenchInstall): Promise<Figure[]> {
  const times: number[] = [];
  for (let round = 0; round < KILLS; round += 1) {
    await seenAtWorkSince(install, Date.now());
    const victim = round % 2 === 0 ? await runningWorker(install.home) : await runningLocalServer(install.home);
    if (!victim) throw new Error('nothing to kill: the install has ended');
    const killed = Date.now();
    process.kill(victim.pid, 'SIGKILL');
    times.push((await seenAtWorkSince(install, killed)) - killed);
  }
  const of = (rest: number): number[] => times.filter((_, round) => round % 2 === rest);
  return [
    atMost('kill -9 of the worker to the next progress, p95', percentile(of(0), 0.95) / 1000, 5, 's'),
    atMost('kill -9 of the local server to the next progress, p95', percentile(of(1), 0.95) / 1000, 5, 's'),
  ];
}

/** Waits for a heartbeat after `since`; gives the time at which it was seen. */
async function seenAtWorkSince(install: BenchInstall, since: number): Promise<number> {
  const until = Date.now() + GIVE_UP_MS;
  while (Date.now() < until) {
    // No answer comes while the server is down.
    const seen = await install.describe().catch(() => null);
    const beats = (seen?.raw.pendingActivities ?? []).map(
      ({ lastHeartbeatTime: at }) => Number(at?.seconds ?? 0) * 1000 + (at?.nanos ?? 0) / 1e6,
    );
    if (beats.some((beat) => beat >= since)) return Date.now();
    await delay(LOOK_EVERY_MS);
  }
  throw new Error(`no step was seen at work for ${GIVE_UP_MS / 1000} s`);
}
