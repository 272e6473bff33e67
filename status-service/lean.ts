import process from 'node:process';
import { getHeapStatistics } from 'node:v8';

/**
 * What makes V8 small. The service has little to compute and 96 MB for itself, 500 pods and 200 readers: with V8's own choice, which
 * spends memory on speed, it takes 224 MB for the same work, and 110 instead of 78 MB for 25 pods and 5 readers. The price is half as
 * much processor time again, and one start of Node more (docs/decisions.md, D57; limits: bench/status-service.ts).
 */
const LEAN = [
  '--max-old-space-size=80',
  '--max-semi-space-size=1',
  '--memory-saver-mode',
  '--optimize-for-size',
  '--no-opt',
  '--no-maglev',
  '--no-sparkplug',
  '--max-lazy',
  '--expose-gc',
] as const;
/** glibc's way to give memory back instead of keeping it for each thread; other libraries ignore it. */
const GIVE_BACK = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '65536' } as const;

const LOOK_MS = 100;
/** V8 itself waits for 10 to 15 MB of garbage, which 200 readers make at each change: 97 MB at the highest instead of 90 (D57). */
const GARBAGE_BYTES = 3e6;

// V8 takes these when it starts and not later. The process becomes the same program again with them: same id, same standard
// streams. Whoever starts the service, in a pod or on a laptop, need not know them.
const isLean = LEAN.every((flag) => process.execArgv.includes(flag));
if (!isLean && process.execve) {
  process.execve(process.execPath, [process.execPath, ...process.execArgv, ...LEAN, ...process.argv.slice(1)], {
    ...process.env,
    ...GIVE_BACK,
  });
}

let used = 0;
/** What V8 holds, and the buffers outside of its heap that go with it. */
function held(): number {
  const { used_heap_size: heap, external_memory: buffers } = getHeapStatistics();
  return heap + buffers;
}
/**
 * Collects as soon as it pays, and only while there is much to do. The thorough way gives free pages back too, which an ordinary
 * collection keeps: 6 MB less, before 200 readers as alone, for 60 ms instead of 40.
 */
function collect(): void {
  const now = held();
  if (now - used > GARBAGE_BYTES) {
    globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    used = held();
  } else {
    used = Math.min(used, now);
  }
}
setInterval(collect, LOOK_MS).unref();
