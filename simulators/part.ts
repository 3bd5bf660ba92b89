import type { SimulatorAddress, Simulators } from '../src/core/ports/simulators';
import { given } from '../src/core/json/fields';
import { simulations } from './index';
import { startSimulator } from './server';

/** What the product loads of this part when a simulated channel is configured: see src/run/simulators.ts. */
export const simulators: Simulators = {
  async start(options) {
    const simulator = await startSimulator({ simulations, ...options });
    return { ...addressAt(simulator.url), stop: () => simulator.stop() };
  },
  at: addressAt,
};

/** Describes the simulator at `url`, such as `http://127.0.0.1:8090`; a slash at its end does not matter. */
export function addressAt(url: string): SimulatorAddress {
  const base = url.replace(/\/+$/, '');
  return {
    origin: new URL(base).origin,
    channelOf(provider) {
      if (!Object.hasOwn(simulations, provider)) return undefined;
      const { credentials = {}, options } = simulations[provider] ?? {};
      const baseUrl = `${base}/${provider}`;
      return { baseUrl, credentials, ...given({ options: options?.(baseUrl) }) };
    },
  };
}
