import { Option } from '@commander-js/extra-typings';
import { exits, newCommand } from '../kit/command';
import {
  metricsAddress,
  metricsHostOption,
  metricsPortOption,
  sdkMetricsPortOption,
} from '../kit/metrics-options';
import { callbacksOption, dataOption, hostOption, jsonOption } from '../kit/options';
import { port } from '../kit/values';

/** Makes `reelay worker`, which runs the queues as a process of its own. */
export const worker = () =>
  newCommand({
    name: 'worker',
    summary: 'the queues alone',
    description:
      'Runs the queues until it is told to stop. It needs TEMPORAL_ADDRESS, DATABASE_URL and REELAY_PUBLIC_URL, and ' +
      'listens only where a flag says so.',
    examples: ['reelay worker --health-port 8081 --data /shared/reelay'],
  })
    .addOption(healthPortOption())
    .addOption(hostOption())
    .addOption(callbacksOption())
    .addOption(dataOption())
    .addOption(metricsPortOption())
    .addOption(metricsHostOption())
    .addOption(sdkMetricsPortOption())
    .addOption(jsonOption())
    .action(
      exits(async (options) => {
        const metrics = metricsAddress(options);
        const { runWorker } = await import('./run.js');
        return runWorker({ ...options, metrics });
      }),
    );

const healthPortOption = () =>
  new Option('--health-port <port>', 'answer /livez and /readyz there; 0 = a free one').argParser(
    port('health-port'),
  );
