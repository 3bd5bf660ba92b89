import { VERSION } from '../run/version';
import { newCommand } from './kit/command';

/** Makes `reelay version`, which prints what `--version` does. */
export const version = () =>
  newCommand({
    name: 'version',
    description: 'print the version',
    examples: ['reelay version'],
  }).action(() => {
    process.stdout.write(`${VERSION}\n`);
  });
