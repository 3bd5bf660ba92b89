import { UsageError } from './flags';

/** What a command gives back: its exit code. */
export type Command = (args: readonly string[]) => Promise<number>;

/**
 * Runs one command. Whatever it throws becomes one sentence on stderr, `reelay demo: ...`, and an exit code: 2 for a
 * mistake on the command line, 1 for anything else.
 */
export async function runCommand(
  name: string,
  command: Command,
  args: readonly string[],
): Promise<number> {
  try {
    return await command(args);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    process.stderr.write(`reelay ${name}: ${text}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}
