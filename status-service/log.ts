import { pino } from 'pino';
import type { Settings } from './settings.ts';

/** What the service's parts say to the one who runs it: a line of JSON each, on stdout. */
export type Log = Pick<ReturnType<typeof createLog>, 'debug' | 'info' | 'warn' | 'error'>;

/** No request is logged with its query or headers: tokens travel there. */
export function createLog(level: Settings['logLevel']) {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: ['token', '*.token', 'authorization', '*.authorization', 'cookie', '*.cookie'],
  });
}
