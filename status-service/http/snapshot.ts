import { redact } from '../../diagnosis/index.ts';
import type { Snapshot } from '../../model/snapshot.ts';

/** Objects that are written at once: hundreds of them together would be more text than the service has room for. */
const AT_ONCE = 25;

/** Takes a value, gives it with every text in it without secrets. */
function clean(value: unknown): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, clean(part)]));
}

/** Takes a snapshot, yields its text (JSON) piece by piece, redacted: what `diagnose --from` reads. */
export async function* snapshotText({ kubernetes, ...rest }: Snapshot): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder();
  const head = JSON.stringify(clean(rest));
  if (!kubernetes) {
    yield bytes.encode(head);
    return;
  }
  const { items, ...others } = kubernetes;
  yield bytes.encode(`${head.slice(0, -1)},"kubernetes":${JSON.stringify(clean(others)).slice(0, -1)},"items":[`);
  for (let start = 0; start < items.length; start += AT_ONCE) {
    const part = items.slice(start, start + AT_ONCE).map((item) => JSON.stringify(clean(item)));
    yield bytes.encode(`${start > 0 ? ',' : ''}${part.join(',')}`);
  }
  yield bytes.encode(']}}');
}
