import { commands } from '../../src/commands';

/** What a manifest's line tells a command, as the program reads it. */
export interface GivenOptions {
  data?: string;
  host?: string;
  port?: number;
  healthPort?: number;
  metricsPort?: number;
  metricsHost?: string;
  sdkMetricsPort?: number;
}

/** Reads the arguments of a command, such as `['api', '--port=80']`, and runs nothing. Throws where it would refuse them. */
export function optionsOf([name, ...args]: readonly string[]): GivenOptions {
  const command = commands.map((make) => make()).find((one) => one.name() === name);
  if (!command) throw new Error(`there is no command "${name}"`);
  const { operands, unknown } = command.parseOptions(args);
  const refused = [...operands, ...unknown];
  if (refused.length > 0) throw new Error(`${name} does not know ${refused.join(' ')}`);
  return command.opts();
}
