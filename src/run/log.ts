import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Logger } from 'pino';

const STDERR = 2;

/** Everything as JSON lines on stderr: for processes whose output a platform collects. */
export function processLog(): Logger {
  return pino({ level: 'info', ...SHAPE }, pino.destination({ dest: STDERR, sync: true }));
}

/** Everything in `<data>/logs/gateway.log`; warnings and worse on stderr as well, for the person at the terminal. */
export function fileLog(data: string): Logger {
  const folder = join(data, 'logs');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return pino(
    { level: 'info', ...SHAPE },
    pino.multistream([
      {
        level: 'info',
        stream: pino.destination({ dest: join(folder, 'gateway.log'), sync: true }),
      },
      { level: 'warn', stream: pino.destination({ dest: STDERR, sync: true }) },
    ]),
  );
}

/** A failed query's own message quotes its parameters: prompts, URLs, hashes. Its cause is what the database said. */
function withoutParameters(error: unknown): unknown {
  const isQuery = error instanceof Error && 'params' in error && error.cause instanceof Error;
  return isQuery ? error.cause : error;
}

const SHAPE = {
  base: { pid: process.pid },
  // Sound because pino serializes whatever `err` holds.
  serializers: {
    err: (error: unknown) => pino.stdSerializers.err(withoutParameters(error) as Error),
  },
  timestamp: pino.stdTimeFunctions.isoTime,
  redact: {
    paths: ['*.authorization', '*.secret', '*.key', '*.apiKey', '*.credentials'],
    censor: '[redacted]',
  },
};
