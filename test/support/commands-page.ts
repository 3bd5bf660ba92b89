import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { PartModule } from '../../src/commands/parts';
import { createProgram } from '../../src/commands/program';

/** docs/commands.md: what each command's help says, so that a page on the web says the same as the program. */

/** Loads a part from the sources, as scripts/reelay.mjs does from the build. */
export const loadPart = async (folder: string): Promise<PartModule> =>
  // Sound because the folder of every part exports it, which the tests of the help show.
  (await import(`../../${folder}/main`)) as PartModule;

/** Makes `reelay` with every part that there is. */
export const wholeProgram = (): Promise<CommandUnknownOpts> =>
  createProgram(({ folder }) => loadPart(folder));

export interface ShownCommand {
  /** `reelay bench held`. */
  path: string;
  command: CommandUnknownOpts;
}

/** Lists the commands of a tree, groups before their members, without `reelay` itself. */
export function commandsOf(group: CommandUnknownOpts, path = group.name()): ShownCommand[] {
  return group.commands.flatMap((command) => {
    const own = `${path} ${command.name()}`;
    return [{ path: own, command }, ...commandsOf(command, own)];
  });
}

/** Gives what `--help` prints, in lines of 100 characters. */
export function helpOf(command: CommandUnknownOpts): string {
  let text = '';
  command.configureOutput({
    writeOut: (words) => (text += words),
    getOutHelpWidth: () => 100,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text;
}

/** The line after which the page is generated. */
const MARK = 'Everything below is written by `npm run commands` from the commands themselves.\n';

/** Returns the page with everything below its mark made anew. Throws where the mark is missing. */
export function render(page: string, program: CommandUnknownOpts): string {
  const at = page.indexOf(MARK);
  if (at < 0) throw new Error(`docs/commands.md lacks "${MARK}"`);
  const sections = [{ path: program.name(), command: program }, ...commandsOf(program)].map(
    ({ path, command }) => `### \`${path}\`\n\n\`\`\`text\n${helpOf(command).trimEnd()}\n\`\`\`\n`,
  );
  return `${page.slice(0, at)}${MARK}\n${sections.join('\n')}`;
}
