import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { VERSION } from '../run/version';
import { commands } from './index';
import { newCommand } from './kit/command';
import { PARTS, partCommand } from './parts';
import type { Part, PartModule } from './parts';

const DESCRIPTION =
  'A gateway for AI video generation. "reelay help <command>" prints the flags of a command; in a clone, "reelay" is ' +
  '"node scripts/reelay.mjs".';

const ENDS = `
Exit codes: 0 done; 1 failed; 2 a mistake on the command line, nothing was started; 130 ended by Ctrl-C.
README.md tells the rest.`;

/**
 * Makes `reelay` with all of its commands. What a command runs is loaded by its action: the engine's library alone takes
 * a second, which a typing mistake or a help need not wait for. `load` says which parts are loaded.
 */
export async function createProgram(
  load: (part: Part) => Promise<PartModule | undefined>,
): Promise<CommandUnknownOpts> {
  const program = newCommand({ name: 'reelay', description: DESCRIPTION, examples: [] })
    .version(VERSION, '-v, --version', 'print the version')
    .usage('<command> [options]')
    .helpCommand('help [command]', 'print this, or the help of a command')
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .addHelpText('after', ENDS);
  for (const command of commands) program.addCommand(command());
  for (const part of PARTS) program.addCommand(partCommand(part, await load(part)));
  return program;
}
