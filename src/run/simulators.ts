import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Config } from '../config';
import type { Simulators } from '../core/ports/simulators';

/** The optional part, beside `src` in the sources as in the build. */
const PART = join(__dirname, '..', '..', 'simulators', 'part');

/**
 * Loads the simulators where a channel of the config is simulated; undefined where none is. Throws one sentence that
 * names the channel when this installation has no simulators. `part` is the module that is loaded.
 */
export function loadSimulators(config: Config, part = PART): Simulators | undefined {
  const channel = simulatedChannel(config);
  if (channel === undefined) return undefined;
  const load = createRequire(__filename);
  let path: string;
  try {
    path = load.resolve(part);
  } catch (error) {
    throw new Error(
      `channel "${channel}" is simulated, and the simulators are not part of this installation; ` +
        'give it the "baseUrl" and the "credentials" of a provider in reelay.config.json, or use a clone of the ' +
        'repository or the image\'s target "development"',
      { cause: error },
    );
  }
  // Sound because simulators/part.ts declares its value as this type.
  return (load(path) as { simulators: Simulators }).simulators;
}

/** Gives the name of the first simulated channel. */
function simulatedChannel({ channels }: Config): string | undefined {
  return Object.entries(channels).find(([, channel]) => 'simulated' in channel)?.[0];
}
