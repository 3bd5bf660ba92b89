import { Option } from '@commander-js/extra-typings';
import { exits, newCommand } from '../kit/command';
import {
  metricsAddress,
  metricsHostOption,
  metricsPortOption,
  sdkMetricsPortOption,
} from '../kit/metrics-options';
import { callbacksOption, dataOption, hostOption, jsonOption, portOption } from '../kit/options';
import { port } from '../kit/values';

const PORT = 8080;

/** Makes `reelay start`, which runs everything on this machine until Ctrl-C. */
export const start = () =>
  newCommand({
    name: 'start',
    summary: 'everything on this machine, until Ctrl-C',
    description:
      'Runs everything in one process until Ctrl-C: API, worker, and an engine and a database of its own where ' +
      'TEMPORAL_ADDRESS and DATABASE_URL name none.',
    examples: ['reelay start --port 9000 --allow-callbacks-to localhost'],
  })
    .addOption(portOption().default(PORT))
    .addOption(hostOption())
    .addOption(callbacksOption())
    .addOption(dataOption())
    .addOption(temporalPortOption())
    .addOption(temporalUiPortOption())
    .addOption(metricsPortOption())
    .addOption(metricsHostOption())
    .addOption(sdkMetricsPortOption())
    .addOption(jsonOption())
    .action(
      exits(async (options) => {
        const metrics = metricsAddress(options);
        const { runStart } = await import('./run.js');
        return runStart({ ...options, metrics });
      }),
    );

const temporalPortOption = () =>
  new Option(
    '--temporal-port <port>',
    'port of the engine that it brings; its last one or a free one if missing',
  ).argParser(port('temporal-port'));

const temporalUiPortOption = () =>
  new Option('--temporal-ui-port <port>', "port of that engine's pages").argParser(
    port('temporal-ui-port'),
  );
