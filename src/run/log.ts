import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import { isTracing, traceFields } from '../traces';
import type { TraceVariables } from '../traces';
import { readable } from './readable';

const STDERR = 2;
const LOG_MODE = 0o600;

/** Decides by the variables of the traces whether lines name theirs; absent = they name none. */
export interface LogOptions {
  environment?: TraceVariables;
}

/** Makes the gateway's log as JSON lines into `stream`. */
export function streamLog(stream: DestinationStream, { environment }: LogOptions = {}): Logger {
  const named = environment && isTracing(environment) ? { mixin: traceFields } : {};
  return pino({ level: 'info', ...SHAPE, ...named }, stream);
}

/** Returns stderr: JSON lines for a program that collects them, words for a person at a terminal. */
function terminal(): DestinationStream {
  if (!process.stderr.isTTY) return pino.destination({ dest: STDERR, sync: true });
  return { write: (line) => void process.stderr.write(`${readable(line.trimEnd())}\n`) };
}

/** Makes a log with everything on stderr: for processes whose output a platform collects. */
export function processLog(options?: LogOptions): Logger {
  return streamLog(terminal(), options);
}

/**
 * Makes a log with everything in `<data>/logs/gateway.log`; warnings and worse on stderr as well, for the person at the
 * terminal.
 */
export function fileLog(data: string, options?: LogOptions): Logger {
  const folder = join(data, 'logs');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'gateway.log');
  // A release before made it readable for everybody.
  if (existsSync(path)) chmodSync(path, LOG_MODE);
  return streamLog(
    pino.multistream([
      {
        level: 'info',
        stream: pino.destination({ dest: path, mode: LOG_MODE, sync: true }),
      },
      { level: 'warn', stream: terminal() },
    ]),
    options,
  );
}

/**
 * A log takes an error under any name and writes all of it: message, stack, its own fields, its causes. Left alone,
 * pino does so for `err` only and writes `{}` for every other one.
 */
function whole(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      name !== 'err' && value instanceof Error ? written(value) : value,
    ]),
  );
}

/** A cause that is no error, such as `{kind: 'no_reply', reason: 'reset'}`, is part of it too. */
function written(error: unknown): unknown {
  const told = withoutParameters(error);
  // Sound because pino passes on whatever is no error.
  const fields = pino.stdSerializers.err(told as Error) as unknown;
  const cause = plainCause(told);
  return cause === undefined ? fields : { ...(fields as object), cause };
}

/** How deep errors are wrapped. */
const DEPTH_MAX = 5;

function plainCause(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error) || depth > DEPTH_MAX) return undefined;
  return error.cause instanceof Error ? plainCause(error.cause, depth + 1) : error.cause;
}

/** A failed query's own message quotes its parameters: prompts, URLs, hashes. Its cause is what the database said. */
function withoutParameters(error: unknown): unknown {
  const isQuery = error instanceof Error && 'params' in error && error.cause instanceof Error;
  return isQuery ? error.cause : error;
}

const SHAPE = {
  base: { pid: process.pid },
  serializers: { err: written },
  formatters: { log: whole },
  timestamp: pino.stdTimeFunctions.isoTime,
  redact: {
    paths: ['*.authorization', '*.secret', '*.key', '*.apiKey', '*.credentials'],
    censor: '[redacted]',
  },
};
