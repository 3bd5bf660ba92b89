import type { Config } from '../config';
import { makeDataFolder } from '../host/data-folder';
import { openFoundation } from '../run/foundation';
import type { Foundation, FoundationOptions } from '../run/foundation';
import { prepareEngine } from '../run/prepare-engine';
import { loadSimulators } from '../run/simulators';

/**
 * The same code as `start`, a process each: any number of `api` and `worker` on one engine, one database and one
 * shared data folder. They log JSON lines on stderr.
 */

/** What both kinds of process are told on the command line. */
export interface ProcessOptions {
  /** Absolute path of the data folder. */
  data: string;
  allowCallbacksTo: readonly string[];
}

/** Opens what both kinds of process stand on. Throws, naming the variable, where one is missing. */
export async function openProcess(
  config: Config,
  options: ProcessOptions,
  {
    simulator,
    survey,
    publicUrl,
    metrics,
    log,
  }: Pick<FoundationOptions, 'simulator' | 'survey' | 'publicUrl' | 'metrics' | 'log'>,
): Promise<Foundation> {
  const engineAddress = required(config, 'TEMPORAL_ADDRESS');
  const data = makeDataFolder(options.data);
  const databaseUrl = required(config, 'DATABASE_URL');
  await prepareEngine(config, { address: engineAddress, databaseUrl, log });
  return openFoundation({
    config,
    data,
    engineAddress,
    databaseUrl,
    simulator,
    survey,
    allowCallbacksTo: options.allowCallbacksTo,
    publicUrl,
    metrics,
    log,
  });
}

/** The simulator that simulated channels lead to; undefined where the config has none. */
export function simulatorOf(config: Config): FoundationOptions['simulator'] {
  return loadSimulators(config)?.at(required(config, 'REELAY_SIMULATOR_URL'));
}

/** What each variable is for, where a process of its own cannot know it. */
const REQUIRED = {
  TEMPORAL_ADDRESS: 'separate processes need it ("start" brings its own)',
  DATABASE_URL: 'separate processes need it ("start" brings its own)',
  REELAY_SIMULATOR_URL: 'separate processes need it ("start" brings its own)',
  REELAY_PUBLIC_URL:
    'the links in answers and callbacks begin with it, such as https://video.example.com, and a process cannot ' +
    'know under which name callers reach the API',
} as const;

export function required(config: Config, name: keyof typeof REQUIRED): string {
  const value = config.environment[name];
  if (value === undefined) throw new Error(`${name} is not set; ${REQUIRED[name]}`);
  return value;
}
