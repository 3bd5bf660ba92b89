import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { CommanderError } from 'commander';
import { nearest } from '../../core/json/known-fields';
import { ENDED } from './command';
import { EXIT } from './exit-codes';
import { GivenUpError, UsageError } from './values';

/**
 * Runs the command that the arguments name, and gives its exit code. Whatever goes wrong becomes one sentence on stderr,
 * `reelay start: unknown option '--prot' (Did you mean --port?)`. `help start` is `start --help`.
 */
export async function runCommandLine(
  program: CommandUnknownOpts,
  args: readonly string[],
): Promise<number> {
  const [first, ...others] = args;
  const line = first === undefined || first === 'help' ? [...others, '--help'] : [...args];
  const { command, path, rest } = namedBy(program, line);
  try {
    checkWord(command, rest[0]);
    checkOnce(command, rest);
    await program.parseAsync(line, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError && (error.exitCode === EXIT.ok || error.code === ENDED)) {
      return error.exitCode;
    }
    process.stderr.write(`${path}: ${sentenceOf(command, error)}\n`);
    return codeOf(error);
  }
}

interface NamedCommand {
  command: CommandUnknownOpts;
  /** `reelay config check`. */
  path: string;
  /** What comes after its name. */
  rest: readonly string[];
}

/** Follows the arguments from group to group, as far as they are names of commands. */
function namedBy(program: CommandUnknownOpts, args: readonly string[]): NamedCommand {
  let command = program;
  let path = program.name();
  for (const [index, word] of args.entries()) {
    const next = command.commands.find((one) => one.name() === word);
    if (!next) return { command, path, rest: args.slice(index) };
    command = next;
    path = `${path} ${word}`;
  }
  return { command, path, rest: [] };
}

/** Refuses a word that is no command of a group; a default command would take it for an argument. */
function checkWord(group: CommandUnknownOpts, word: string | undefined): void {
  if (group.commands.length === 0 || word === undefined || word.startsWith('-')) return;
  const near = nearest(word, namesOf(group));
  const guess = near === undefined ? '' : `; did you mean "${near}"?`;
  throw new UsageError(`there is no command "${word}"${guess} (${namesOf(group).join(', ')})`);
}

/** Refuses a flag that is said twice: the library would forget what was said first. */
function checkOnce(command: CommandUnknownOpts, words: readonly string[]): void {
  const end = words.indexOf('--');
  const said = words.slice(0, end < 0 ? words.length : end).flatMap((word) => {
    const [name] = word.split('=', 1);
    return command.options.filter(({ short, long }) => name === long || word === short);
  });
  const twice = said.find((option, index) => said.indexOf(option) !== index);
  if (twice) throw new UsageError(`${twice.long ?? twice.flags} is said twice`);
}

const namesOf = (group: CommandUnknownOpts): string[] => group.commands.map((one) => one.name());

/** Turns what was thrown into one line. The library begins its own with "error:" and guesses on a second line. */
function sentenceOf(command: CommandUnknownOpts, error: unknown): string {
  if (!(error instanceof CommanderError))
    return error instanceof Error ? error.message : String(error);
  if (error.code === NO_WORD) return `name one of its commands: ${namesOf(command).join(', ')}`;
  return error.message.replace(/^error: /, '').replaceAll('\n', ' ');
}

/** What the library throws where a group is called without a command. */
const NO_WORD = 'commander.help';

function codeOf(error: unknown): number {
  if (error instanceof GivenUpError) return EXIT.interrupted;
  const isMistake = error instanceof UsageError || error instanceof CommanderError;
  return isMistake ? EXIT.usage : EXIT.failed;
}
