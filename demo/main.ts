import { exits, newCommand } from '../src/commands/kit/command';
import {
  callbacksOption,
  dataOption,
  hostOption,
  jsonOption,
  portOption,
} from '../src/commands/kit/options';
import { oneOf, UsageError, wholeNumber } from '../src/commands/kit/values';
import { providers } from '../src/providers';
import { directiveOf, FAULT_CHOICES } from './fault-ends';

const POLLS_MAX = 500;

/** Makes `reelay demo`, which runs one real job through everything. */
export const command = () =>
  newCommand({
    name: 'demo',
    description:
      'Runs one real job through everything: engine, database, simulated provider, gateway, signed callback, playable ' +
      'file. On a terminal it stays up until Ctrl-C; with --json or without a terminal it stops everything, and exits ' +
      'with 0 only if the job ended as it should.',
    examples: [
      'reelay demo',
      'reelay demo --provider fal',
      'reelay demo --fault drop-after-accept --json',
    ],
  })
    .option(
      '--polls <number>',
      'how often the job is looked at before it is done',
      wholeNumber('polls', 1, POLLS_MAX),
    )
    .option(
      '--provider <name>',
      'whose model makes it, of those in the config: the name of a provider, such as fal',
      oneOf('provider', Object.keys(providers)),
    )
    .option(
      '--fault <name>',
      `what goes wrong at the provider: ${FAULT_CHOICES.join(', ')}`,
      faultOf,
    )
    .addOption(portOption().default(0))
    .addOption(hostOption())
    .addOption(callbacksOption())
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(
      exits(async (options) => {
        const { runDemo } = await import('./run.js');
        return runDemo(options);
      }),
    );

function faultOf(name: string): string {
  const directive = directiveOf(name);
  if (directive !== undefined) return directive;
  throw new UsageError(`--fault takes one of: ${FAULT_CHOICES.join(', ')}; not "${name}"`);
}
