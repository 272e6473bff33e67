import { DefaultLogger, Runtime, makeTelemetryFilterString } from '@temporalio/worker';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { redact, withoutSecrets } from '../redaction/index.ts';

/** Keys whose values must never be logged. */
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
 * The worker's logger: one JSON object a line on stdout, secrets removed by key and, in messages, by pattern. It also logs Temporal's own
 * messages. Call it once in a process, before anything of Temporal's.
 */
export function installLogging(): Logger {
  const logger = pino({
    level: process.env['APPLIANCE_LOG_LEVEL'] ?? 'info',
    redact: { paths: SECRET_KEYS, censor: '[redacted]' },
  });
  Runtime.install({
    logger: new DefaultLogger('INFO', ({ level, message, meta }) => {
      const { error, ...rest } = (meta ?? {}) as Record<string, unknown>;
      const said = error instanceof Error ? { error: error.message } : {};
      logger[PINO_LEVELS[level]](withoutSecrets({ ...rest, ...said }), redact(message));
    }),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }), forward: {} } },
  });
  return logger;
}

const PINO_LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;
