import { DefaultLogger, Runtime, makeTelemetryFilterString } from '@temporalio/worker';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { redact } from '../redaction/index.ts';

/** Keys whose values never belong in a log, wherever they stand. */
const SECRET_KEYS = [
  'token',
  'password',
  'authKey',
  'secret',
  'key',
  '*.token',
  '*.password',
  '*.authKey',
  '*.secret',
  '*.key',
];

/**
 * Takes nothing, gives the worker's logger: one JSON object a line on stdout, secrets left out by key and, in messages, by
 * pattern. Temporal's own messages go the same way. To be called once a process, before anything of Temporal's.
 */
export function installLogging(): Logger {
  const logger = pino({
    level: process.env['APPLIANCE_LOG_LEVEL'] ?? 'info',
    redact: { paths: SECRET_KEYS, censor: '[redacted]' },
  });
  Runtime.install({
    logger: new DefaultLogger('INFO', ({ level, message, meta }) => {
      const { error, ...rest } = (meta ?? {}) as Record<string, unknown>;
      const fields = error instanceof Error ? { ...rest, error: redact(error.message) } : rest;
      logger[PINO_LEVELS[level]](fields, redact(message));
    }),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }), forward: {} } },
  });
  return logger;
}

const PINO_LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;
