import { withoutSecrets } from '../../redaction/index.ts';
import type { Snapshot } from '../../model/snapshot.ts';

/** Objects that are written at once: hundreds of them together would be more text than the service has room for. */
const AT_ONCE = 25;

/** Redacted JSON in pieces, as `diagnose --from` reads it. */
export async function* snapshotText({ kubernetes, ...rest }: Snapshot): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder();
  const head = JSON.stringify(withoutSecrets(rest));
  if (!kubernetes) {
    yield bytes.encode(head);
    return;
  }
  const { items, ...others } = kubernetes;
  yield bytes.encode(
    `${head.slice(0, -1)},"kubernetes":${JSON.stringify(withoutSecrets(others)).slice(0, -1)},"items":[`,
  );
  for (let start = 0; start < items.length; start += AT_ONCE) {
    const part = items.slice(start, start + AT_ONCE).map((item) => JSON.stringify(withoutSecrets(item)));
    yield bytes.encode(`${start > 0 ? ',' : ''}${part.join(',')}`);
  }
  yield bytes.encode(']}}');
}
