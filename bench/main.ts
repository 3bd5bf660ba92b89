import { UsageError } from '../src/commands/flags';
import { runCommand } from '../src/commands/run-command';
import { benchAccount } from './account';
import { benchFigures } from './figures';
import { benchHeld } from './held';
import { benchMillion } from './million';
import { benchPage } from './page/write';

/** Measurements that a person asks for; each starts what it needs, stops it, and prints one JSON object. */
const BENCHES: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  account: benchAccount,
  figures: benchFigures,
  held: benchHeld,
  million: benchMillion,
  page: benchPage,
};

/** Runs the bench that is named, such as `held --json`, and the figures of docs/performance.md where none is. */
export function main(args: readonly string[]): Promise<number> {
  return runCommand('bench', run, args);
}

function run(args: readonly string[]): Promise<number> {
  const [first = ''] = args;
  const isNamed = first !== '' && !first.startsWith('-');
  const name = isNamed ? first : 'figures';
  const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  if (!bench) throw new UsageError(`which bench? Known: ${Object.keys(BENCHES).join(', ')}`);
  return bench(isNamed ? args.slice(1) : args);
}
