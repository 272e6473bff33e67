import { setTimeout as delay } from 'node:timers/promises';
import { runningLocalServer } from '../temporal/index.ts';
import { runningWorker } from '../worker/index.ts';
import { atMost, percentile } from './figure.ts';
import type { Figure } from './figure.ts';
import type { BenchInstall } from './simulated-install.ts';

const KILLS = 6;
const LOOK_EVERY_MS = 100;
const GIVE_UP_MS = 60_000;

/** Kills worker and server in turn while the install waits, takes it up again, and measures until a step is seen at work again. */
export async function measureRecovery(install: BenchInstall): Promise<Figure[]> {
  const times: number[] = [];
  for (let round = 0; round < KILLS; round += 1) {
    await seenAtWorkSince(install, Date.now());
    const victim = round % 2 === 0 ? await runningWorker(install.home) : await runningLocalServer(install.home);
    if (!victim) throw new Error('nothing to kill: the install has ended');
    const killed = Date.now();
    process.kill(victim.pid, 'SIGKILL');
    await install.run('resume', '--detach');
    times.push((await seenAtWorkSince(install, killed)) - killed);
  }
  return [atMost('kill -9 to the next progress, p95', percentile(times, 0.95) / 1000, 15, 's')];
}

/** Waits for a heartbeat after `since`; gives the time at which it was seen. */
async function seenAtWorkSince(install: BenchInstall, since: number): Promise<number> {
  const until = Date.now() + GIVE_UP_MS;
  while (Date.now() < until) {
    const { raw } = await install.describe();
    const beats = (raw.pendingActivities ?? []).map(
      (activity) => Number(activity.lastHeartbeatTime?.seconds ?? 0) * 1000,
    );
    if (beats.some((beat) => beat >= since)) return Date.now();
    await delay(LOOK_EVERY_MS);
  }
  throw new Error(`no step was seen at work for ${GIVE_UP_MS / 1000} s`);
}
