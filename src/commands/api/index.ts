import { exits, newCommand } from '../kit/command';
import { metricsAddress, metricsHostOption, metricsPortOption } from '../kit/metrics-options';
import { callbacksOption, dataOption, hostOption, jsonOption, portOption } from '../kit/options';

const PORT = 8080;

/** Makes `reelay api`, which runs the HTTP side as a process of its own. */
export const api = () =>
  newCommand({
    name: 'api',
    summary: 'the HTTP API alone',
    description:
      'Runs the HTTP API until it is told to stop. It needs TEMPORAL_ADDRESS and DATABASE_URL, and REELAY_PUBLIC_URL ' +
      'where --host is more than this machine.',
    examples: ['reelay api --host 0.0.0.0 --port 8080 --data /shared/reelay'],
  })
    .addOption(portOption().default(PORT))
    .addOption(hostOption())
    .addOption(callbacksOption())
    .addOption(dataOption())
    .addOption(metricsPortOption())
    .addOption(metricsHostOption())
    .addOption(jsonOption())
    .action(
      exits(async (options) => {
        const metrics = metricsAddress(options);
        const { runApi } = await import('./run.js');
        return runApi({ ...options, metrics });
      }),
    );
