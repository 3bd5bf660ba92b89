import type { ChannelOptions } from '../provider/options';

/**
 * The local stand-in for every provider. It is a part of an installation that a production image need not have
 * (`simulators/`), so the product names it as a port and loads it only for a simulated channel.
 */
export interface Simulators {
  /** Serves every simulated provider on this machine's loopback address. Jobs are remembered in `stateFolder`. */
  start(options: { stateFolder: string; say(line: string): void }): Promise<Simulator>;
  /** Describes the simulator that another process serves at `url`, such as `http://127.0.0.1:8090`. */
  at(url: string): SimulatorAddress;
}

/** The address of a running simulator: what simulated channels lead to. */
export interface SimulatorAddress {
  /** `http://127.0.0.1:8090`, also the origin of every result link. */
  origin: string;
  /** Gives what a simulated channel of that provider has; undefined for a provider that has no simulator. */
  channelOf(provider: string): SimulatedChannel | undefined;
}

export interface SimulatedChannel {
  /** `http://127.0.0.1:8090/ark`. */
  baseUrl: string;
  credentials: Record<string, string>;
  /** What the simulated provider's channel has as options, unless the operator gives others; absent = none. */
  options?: ChannelOptions;
}

export interface Simulator extends SimulatorAddress {
  stop(): Promise<void>;
}
