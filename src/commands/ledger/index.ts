import { newCommand } from '../kit/command';
import { checkCommand } from './check';

/** Makes `reelay ledger`, the group of commands about the points of all workspaces. */
export const ledger = () =>
  newCommand({
    name: 'ledger',
    summary: 'prove that the ledger is right: check',
    description: 'Commands about the ledger, which has every move of points.',
    examples: ['reelay ledger check'],
  }).addCommand(checkCommand());
