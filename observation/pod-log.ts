import type { LogAnswer, LogWanted } from '../model/page.ts';
import { type ClusterReader, ReadError } from './cluster-reader.ts';
import { readLogEnd } from './log-end.ts';

/** What a person waits for answers within two seconds, or says that it does not. */
const TIMEOUT_MS = 1_700;

/**
 * Takes a reader and which log, gives its end: at most so many lines and bytes, the last line always among them where one
 * line fits. Never rejects: what went wrong is told in words.
 */
export async function readPodLog(reader: ClusterReader, wanted: LogWanted, signal: AbortSignal): Promise<LogAnswer> {
  const late = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const ends = AbortSignal.any([signal, late]);
    return { text: await readLogEnd(reader, { ...wanted, signal: ends, timeoutMs: TIMEOUT_MS }) };
  } catch (error) {
    return problemOf(late.aborted ? `no answer within ${TIMEOUT_MS} ms` : error, wanted);
  }
}

function problemOf(error: unknown, { pod }: LogWanted): LogAnswer {
  const status = error instanceof ReadError ? error.status : null;
  const words = error instanceof Error ? error.message : String(error);
  if (status === 403) return { problem: 'The status page is not allowed to read logs in this cluster.', status };
  if (status === 404) return { problem: `The pod ${pod} is gone.`, status };
  if (status === 400) return { problem: `There is no such log: ${words}.`, status: 404 };
  return { problem: `The log did not come: ${words}.`, status: status === null ? 504 : 502 };
}
