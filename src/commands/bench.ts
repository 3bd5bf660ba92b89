import { benchHeld } from './bench-held';
import { UsageError } from './flags';

/** Measurements that a person asks for; each starts what it needs, stops it, and prints one JSON object. */
const BENCHES: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  held: benchHeld,
};

export async function bench([name = '', ...args]: readonly string[]): Promise<number> {
  const run = BENCHES[name];
  if (!run) throw new UsageError(`which bench? Known: ${Object.keys(BENCHES).join(', ')}`);
  return run(args);
}
