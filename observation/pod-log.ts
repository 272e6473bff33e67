import type { LogAnswer, LogWanted } from '../model/page.ts';
import { type ClusterReader, ReadError } from './cluster-reader.ts';
import { readLogEnd } from './log-end.ts';

/** What a person waits for answers within two seconds, or says that it does not. */
const TIMEOUT_MS = 1_700;

/**
 * At most so many lines and bytes, always with the last line if one line fits. Never rejects: a failure is returned
 * in words.
 */
export async function readPodLog(reader: ClusterReader, wanted: LogWanted, signal: AbortSignal): Promise<LogAnswer> {
  const late = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const ends = AbortSignal.any([signal, late]);
    return { text: await readLogEnd(reader, { ...wanted, signal: ends, timeoutMs: TIMEOUT_MS }) };
  } catch (error) {
    return problemOf(late.aborted ? `no answer within ${TIMEOUT_MS / 1000} s` : error, wanted);
  }
}

function problemOf(error: unknown, { pod }: LogWanted): LogAnswer {
  const status = error instanceof ReadError ? error.status : null;
  const words = error instanceof Error ? error.message : String(error);
  if (status === 403) return { problem: 'The status page is not allowed to read logs in this cluster.', status };
  if (status === 404) return { problem: `Pod ${pod} no longer exists.`, status };
  if (status === 400) return { problem: `No such log: ${words}.`, status: 404 };
  return { problem: `The log could not be read: ${words}.`, status: status === null ? 504 : 502 };
}
