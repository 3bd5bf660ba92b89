import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { newCommand } from './kit/command';

/** A command that is a part of its own beside the product; an installation may lack its folder. */
export interface Part {
  name: string;
  folder: string;
  summary: string;
}

/** The parts, in the order of the help. */
export const PARTS: readonly Part[] = [
  { name: 'demo', folder: 'demo', summary: 'everything, one real job, its callback' },
  { name: 'simulator', folder: 'simulators', summary: 'the simulated providers alone' },
  { name: 'bench', folder: 'bench', summary: 'measurements, in a clone only' },
];

/** What the `main` of a part's folder exports. */
export interface PartModule {
  command(): CommandUnknownOpts;
}

/** Loads the `main` of a folder beside `src`; undefined where this installation has none. */
export type LoadPart = (folder: string) => Promise<PartModule | undefined>;

const GROUP = 'Parts beside the product, which an installation may lack:';

/** Makes the command of a part. One that is not loaded stands in the help and says that it is missing. */
export function partCommand(
  { name, folder, summary }: Part,
  part: PartModule | undefined,
): CommandUnknownOpts {
  if (part) return part.command().summary(summary).helpGroup(GROUP);
  return newCommand({ name, description: summary, examples: [] })
    .helpGroup(GROUP)
    .helpOption(false)
    .allowUnknownOption()
    .argument('[words...]')
    .action(() => {
      throw new Error(
        `this installation has no ${folder} folder; a clone of the repository has it, and so has the image's ` +
          'target "development"',
      );
    });
}
