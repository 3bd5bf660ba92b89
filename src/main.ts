import { bench } from './commands/bench';
import { demo } from './commands/demo';
import { UsageError } from './commands/flags';
import { api, migrateCommand, simulator, stop, worker } from './commands/processes';
import { start } from './commands/start';

/** The composition root: picks the command, turns whatever it throws into one sentence and an exit code. */
const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  start,
  demo,
  bench,
  api,
  worker,
  simulator,
  migrate: migrateCommand,
  stop,
};

const USAGE = `reelay <command> [--data folder] [--json]

  start       everything on this machine, until Ctrl-C   [--port 8080] [--allow-callbacks-to a,b]
  demo        everything, one real job, its callback     [--polls N] [--fault name]
  bench       a measurement: held                        [--requests 1000]
  api         the HTTP door alone                        (needs TEMPORAL_ADDRESS and DATABASE_URL)
  worker      the queues alone                           (needs TEMPORAL_ADDRESS and DATABASE_URL)
  simulator   the simulated providers alone
  migrate     bring the database's schema up to date
  stop        end what a killed gateway left behind in --data
`;

export async function main(argv: readonly string[]): Promise<number> {
  const [name = 'help', ...args] = argv;
  const command = COMMANDS[name];
  if (!command || args.includes('--help')) {
    process.stderr.write(USAGE);
    return name === 'help' || name === '--help' || command ? 0 : 2;
  }
  try {
    return await command(args);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    process.stderr.write(`reelay ${name}: ${text}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}
