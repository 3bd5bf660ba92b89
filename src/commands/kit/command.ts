import { Command } from '@commander-js/extra-typings';
import { CommanderError } from 'commander';
import { EXIT } from './exit-codes';

/** What the help says of a command. */
export interface CommandWords {
  name: string;
  /** Its line in the list of commands, no sentence; the description where it is missing. */
  summary?: string;
  /** What its own help says. */
  description: string;
  /** Whole lines, such as `reelay start --port 9000`. */
  examples: readonly string[];
}

/**
 * Makes a command that knows no flag but `--help`: options and the action are added by the library's own methods. It
 * says mistakes by throwing, and never ends the process by itself.
 */
export function newCommand({ name, summary, description, examples }: CommandWords): Command {
  const lines = examples.map((line) => `  ${line}`).join('\n');
  return new Command(name)
    .summary(summary ?? '')
    .description(description)
    .helpOption('-h, --help', 'print this')
    .helpCommand(false)
    .addHelpText('after', lines === '' ? '' : `\nExample:\n${lines}`)
    .configureOutput({ writeErr: () => undefined })
    .exitOverride();
}

/** The code of the error that carries an exit code from an action to `runCommandLine`. */
export const ENDED = 'reelay.ended';

/** Lets an action answer with its exit code. */
export function exits<Given extends unknown[]>(
  run: (...given: Given) => Promise<number>,
): (...given: Given) => Promise<void> {
  return async (...given) => {
    const code = await run(...given);
    if (code !== EXIT.ok) throw new CommanderError(code, ENDED, `ended with ${String(code)}`);
  };
}
