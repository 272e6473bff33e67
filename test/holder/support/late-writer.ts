import { writeSync } from 'node:fs';
import { fenced } from '../../../holder/fence.ts';
import { ref } from '../../../kubernetes/addresses.ts';
import { laptopAt } from './laptop.ts';

/**
 * A laptop that falls asleep between its look and its write: `late-writer KUBECONFIG HOME OPERATOR`. It holds the site, says that it
 * has looked, stops, and says what became of its writes once it is awake.
 */
const [kubeconfig = '', home = '', operatorId = ''] = process.argv.slice(2);
const signal = AbortSignal.timeout(120_000);
const around = laptopAt(kubeconfig, home, operatorId, 'anna@station-1');
const cluster = fenced(around, await around.connect(), { kind: 'install' });
const config = (value: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'late', namespace: 'default' },
  data: { by: value },
});
await cluster.apply(config('the first'), signal, { force: true });
await cluster.get(ref.configMap('default', 'late'), signal);
writeSync(1, 'looked\n');
process.kill(process.pid, 'SIGSTOP');
const ends = await Promise.allSettled([
  cluster.apply(config('the first, late'), signal, { force: true }),
  cluster.patch(ref.configMap('default', 'late'), { data: { by: 'the first, late' } }, signal),
  cluster.delete(ref.configMap('default', 'late'), {}, signal),
]);
writeSync(1, `${JSON.stringify(ends.map((end) => (end.status === 'rejected' ? String(end.reason) : 'written')))}\n`);
await cluster.reader.close();
