import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';

/** Flags that every command knows; a command adds its own. An unknown flag is an error that lists what there is. */
type Options = NonNullable<ParseArgsConfig['options']>;

const COMMON = {
  data: { type: 'string', default: './.reelay' },
  json: { type: 'boolean', default: false },
  port: { type: 'string' },
  host: { type: 'string', default: '127.0.0.1' },
  'allow-callbacks-to': { type: 'string', default: '' },
  help: { type: 'boolean', default: false },
} as const satisfies Options;

export interface CommonFlags {
  /** Absolute path of the data folder. */
  data: string;
  json: boolean;
  port: number | undefined;
  host: string;
  allowCallbacksTo: readonly string[];
  help: boolean;
}

/** A mistake on the command line: shown as its one sentence, without a stack. */
export class UsageError extends Error {}

export function readFlags<T extends Options>(
  args: readonly string[],
  own: T,
): CommonFlags & { own: Readonly<Record<keyof T, string | boolean | undefined>> } {
  const options = { ...COMMON, ...own };
  let values: Record<string, unknown>;
  try {
    values = parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    const known = Object.keys(options)
      .map((name) => `--${name}`)
      .join(' ');
    throw new UsageError(
      `${error instanceof Error ? error.message : String(error)}\nKnown: ${known}`,
    );
  }
  return {
    data: resolve(text(values['data']) ?? './.reelay'),
    json: values['json'] === true,
    port: portOf('port', text(values['port'])),
    host: text(values['host']) ?? '127.0.0.1',
    allowCallbacksTo: (text(values['allow-callbacks-to']) ?? '')
      .split(',')
      .map((host) => host.trim())
      .filter((host) => host !== ''),
    help: values['help'] === true,
    // Only names of `own` are read through this type, and parseArgs checked their kinds.
    own: values as Record<keyof T, string | boolean | undefined>,
  };
}

/** Reads a whole number within bounds from a flag's text, such as `8080`; throws a `UsageError` for any other text. */
export function wholeNumber(flag: string, value: string, min: number, max: number): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < min || number > max) {
    throw new UsageError(
      `--${flag} takes a whole number from ${String(min)} to ${String(max)}, not "${value}"`,
    );
  }
  return number;
}

/** Reads a port, as in `--port 8080`; undefined where the flag is not given. Throws as `wholeNumber` does. */
export function portOf(flag: string, value: string | boolean | undefined): number | undefined {
  return value === undefined ? undefined : wholeNumber(flag, String(value), 0, 65_535);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
