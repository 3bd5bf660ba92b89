import { newCommand } from '../kit/command';
import { newKeyCommand } from './new';
import { resealCommand } from './reseal';

/** Makes `reelay secrets`, the group of commands that change the secret key. */
export const secrets = () =>
  newCommand({
    name: 'secrets',
    summary: 'change the secret key: new, reseal',
    description:
      'Commands that change the secret key, under which secrets lie in the database and links are signed.',
    examples: ['reelay secrets new', 'reelay secrets reseal'],
  })
    .addCommand(newKeyCommand())
    .addCommand(resealCommand());
