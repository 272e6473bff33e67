import type { ClusterReader, LogRequest } from './cluster-reader.ts';

/** An API server counts a limit in bytes from the first of the wanted lines: where the lines are long, fewer are asked for. */
const FEWER = 8;

/** At most so many lines and bytes, always with the last line if one line fits. Throws what the reader throws. */
export async function readLogEnd(reader: ClusterReader, wanted: LogRequest): Promise<string> {
  let { tailLines } = wanted;
  for (;;) {
    const text = await reader.podLog({ ...wanted, tailLines });
    if (tailLines === 1 || Buffer.byteLength(text) < wanted.limitBytes) return text;
    tailLines = Math.max(1, Math.floor(tailLines / FEWER));
  }
}
