import { request } from 'undici';
import type { HttpPort } from '../ports/http.ts';
import { wordsOf } from './network-error.ts';

/** Of an answer only the head counts; a body that is longer than this is cut off with its connection. */
const BODY_LIMIT_BYTES = 65_536;

/** Gives the port to the network. What cannot be reached is an answer with `error`; only an aborted signal throws. */
export function httpPort(): HttpPort {
  return {
    get: async (url, { signal, timeoutMs }) => {
      try {
        const { statusCode, headers, body } = await request(url, {
          signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
        });
        await body.dump({ limit: BODY_LIMIT_BYTES });
        return {
          status: statusCode,
          location: one(headers.location) ?? null,
          date: dateIn(one(headers.date)),
          error: null,
        };
      } catch (error) {
        signal.throwIfAborted();
        return { status: null, location: null, date: null, error: reasonOf(error, timeoutMs) };
      }
    },
  };
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

function dateIn(header: string | undefined): Date | null {
  const date = new Date(header ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? null : date;
}

function reasonOf(error: unknown, timeoutMs: number): string {
  const isTimeout = error instanceof Error && error.name === 'TimeoutError';
  return isTimeout ? `no answer within ${timeoutMs / 1000} s` : wordsOf(error);
}
