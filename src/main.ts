import { runCommandLine } from './commands/kit/run-command-line';
import type { LoadPart } from './commands/parts';
import { createProgram } from './commands/program';

/**
 * The composition root: runs the command that the arguments name, and gives its exit code. A part is loaded when it is
 * asked for.
 */
export async function main(argv: readonly string[], loadPart: LoadPart): Promise<number> {
  const asked = argv[0] === 'help' ? argv[1] : argv[0];
  const program = await createProgram(async ({ name, folder }) =>
    name === asked ? loadPart(folder) : undefined,
  );
  return runCommandLine(program, argv);
}
