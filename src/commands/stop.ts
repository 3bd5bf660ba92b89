import { stopAll } from '../host/stop-all';
import { exits, newCommand } from './kit/command';
import { EXIT } from './kit/exit-codes';
import { dataOption, jsonOption } from './kit/options';

/** Makes `reelay stop`, which ends what a killed gateway left behind in a data folder. */
export const stop = () =>
  newCommand({
    name: 'stop',
    summary: 'end what a killed gateway left behind in --data',
    description: 'Ends the engine and the database that a killed gateway left running.',
    examples: ['reelay stop --data ./.reelay'],
  })
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(
      exits(async ({ data, json }) => {
        const stopped = await stopAll(data);
        const names = stopped.map(({ name, pid }) => `${name} (pid ${String(pid)})`);
        process.stdout.write(
          json
            ? `${JSON.stringify({ stopped })}\n`
            : `stopped: ${names.join(', ') || 'nothing was running'}\n`,
        );
        return EXIT.ok;
      }),
    );
