import { join } from 'node:path';
import { exits, newCommand } from '../src/commands/kit/command';
import { dataOption, jsonOption, portOption } from '../src/commands/kit/options';
import { onShutdown, untilStopped } from '../src/commands/shutdown';
import { checkPort } from '../src/host/port';
import { simulations } from './index';
import { startSimulator } from './server';
import type { Simulator } from './server';
import { CONTROL_PREFIX } from './server/control';

const PORT = 8090;
const HOST = '127.0.0.1';

/** Makes `reelay simulator`: the simulated providers alone, for whoever tests a gateway or a client of their own. */
export const command = () =>
  newCommand({
    name: 'simulator',
    description:
      'Runs the simulated providers until Ctrl-C, for whoever tests a gateway or a client of their own.',
    examples: ['reelay simulator --port 0 --json'],
  })
    .addOption(portOption().default(PORT))
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(exits(simulate));

interface SimulatorOptions {
  port: number;
  data: string;
  json?: true | undefined;
}

/** The line that `--json` prints once everything can be called. */
interface ReadyReport {
  ready: true;
  url: string;
  /** `http://127.0.0.1:8090/_sim`: faults, jobs and counters. */
  control: string;
  /** What a client of each provider is given: `http://127.0.0.1:8090/ark`, and credentials that it accepts. */
  providers: Record<string, { url: string; credentials: Record<string, string> }>;
  pid: number;
}

async function simulate({ port, data, json }: SimulatorOptions): Promise<number> {
  await checkPort(HOST, port);
  const stateFolder = join(data, 'simulator');
  const running = await startSimulator({ simulations, port, stateFolder });
  const ready = readyOf(running);
  process.stdout.write(json ? `${JSON.stringify(ready)}\n` : welcome(ready));
  return untilStopped(onShutdown(), () => running.stop());
}

function readyOf({ url, baseUrlOf }: Simulator): ReadyReport {
  const providers = Object.entries(simulations).map(
    ([name, { credentials }]) => [name, { url: baseUrlOf(name), credentials }] as const,
  );
  return {
    ready: true,
    url,
    control: `${url}${CONTROL_PREFIX.replace(/\/$/, '')}`,
    providers: Object.fromEntries(providers),
    pid: process.pid,
  };
}

function welcome({ url, control, providers }: ReadyReport): string {
  const rows = [
    ...Object.entries(providers).map(([name, provider]) => [
      name,
      `${provider.url}  with ${JSON.stringify(provider.credentials)}`,
    ]),
    ['control', `${control}  (docs/simulator.md)`],
  ];
  const lines = rows.map(([name = '', text = '']) => `  ${name.padEnd(8)} ${text}`);
  return `simulator on ${url}\n${lines.join('\n')}\nCtrl-C stops it.\n`;
}
