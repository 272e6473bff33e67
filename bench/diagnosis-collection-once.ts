import { readFileSync } from 'node:fs';
import { collectSnapshot, connectReader } from '../observation/index.ts';

/**
 * Collects once in a process of its own and prints how much memory that took, in megabytes: the highest resident size
 * above what the process had when it was connected and ready.
 */
/** The highest resident size of this process. getrusage would do, but on Linux it still knows the parent's from before exec. */
function peakResident(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}

const [kubeconfig] = process.argv.slice(2);
if (kubeconfig === undefined) throw new Error('usage: diagnosis-collection-once.ts <kubeconfig>');
const reader = await connectReader({ kubeconfig });
const signal = new AbortController().signal;
await reader.ready({ signal, timeoutMs: 30_000 });
const before = process.memoryUsage().rss;
const snapshot = await collectSnapshot(reader, {
  site: { siteId: 'bench', nodeIp: null, appUrl: null },
  signal,
  timeoutMs: 30_000,
});
console.log(
  JSON.stringify({
    extraMegabytes: Math.max(0, peakResident() - before) / 1e6,
    objects: snapshot.kubernetes?.items.length,
  }),
);
await reader.close();
