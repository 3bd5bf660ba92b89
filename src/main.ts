import { runCommand } from './commands/run-command';
import type { Command } from './commands/run-command';
import { VERSION } from './run/version';

/**
 * The composition root: picks the command. `demo`, `simulator` and `bench` are parts of their own beside the product,
 * which scripts/reelay.mjs finds. A command is loaded when it is asked for: the engine's library alone takes a second,
 * which a typing mistake need not wait for.
 */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import('./commands/start.js')).start,
  api: async () => (await import('./commands/api.js')).api,
  worker: async () => (await import('./commands/worker.js')).worker,
  migrate: async () => (await import('./commands/migrate.js')).migrate,
  stop: async () => (await import('./commands/stop.js')).stop,
};

const USAGE = `reelay <command> [--data folder] [--json]

  start       everything on this machine, until Ctrl-C   [--port 8080] [--host 127.0.0.1] [--allow-callbacks-to a,b]
                                                         [--temporal-port 7233] [--temporal-ui-port 8233]
                                                         [--metrics-port 9464] [--metrics-host 127.0.0.1]
                                                         [--sdk-metrics-port 9465]
  demo        everything, one real job, its callback     [--polls N] [--fault name]
  bench       measurements, in a clone only              [--quick] | held [--requests 1000]
  api         the HTTP API alone                         [as start] (needs TEMPORAL_ADDRESS and DATABASE_URL)
  worker      the queues alone                           [--health-port 8081] [--metrics-port 9464] [--sdk-metrics-port 9465]
                                                         (needs the same, and REELAY_PUBLIC_URL)
  simulator   the simulated providers alone              [--port 8090]
  migrate     bring the database's schema up to date
  stop        end what a killed gateway left behind in --data
  version     print the version                          (also --version)
  help        print this                                 (also --help)

Data lives in --data (default ./.reelay); --json prints one line of JSON for programs. README.md tells the rest.
`;

const VERSION_WORDS = ['version', '--version', '-v'];
const HELP_WORDS = ['help', '--help', '-h'];

export async function main(argv: readonly string[]): Promise<number> {
  const [name = 'help', ...args] = argv;
  if (VERSION_WORDS.includes(name)) return print(`${VERSION}\n`);
  if (HELP_WORDS.includes(name) || args.includes('--help')) return print(USAGE);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    process.stderr.write(`reelay: there is no command "${name}"; these are:\n\n${USAGE}`);
    return 2;
  }
  return runCommand(name, await command(), args);
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}
