import { newCommand } from '../kit/command';
import { check } from './check';

/** Makes `reelay config`, the group of commands about the config file. */
export const config = () =>
  newCommand({
    name: 'config',
    summary: 'about the config file: check',
    description: 'Commands about reelay.config.json. None of them starts anything.',
    examples: ['reelay config check'],
  }).addCommand(check());
