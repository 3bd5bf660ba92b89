import { Registry, collectDefaultMetrics } from 'prom-client';
import type { Metrics } from '../core/ports/metrics';
import { createFigureGauges } from './figures';
import type { FigureOptions } from './figures';
import { createCounting } from './metrics';
import type { KnownNames } from './metrics';
import { createPoolGauges } from './pools';
import type { PoolCounts } from './pools';
import { createInstruments } from './registry';

export type { KnownChannels } from './channel-figures';
export { meteredEngine, meteredOutbound, meteredStore } from './metered';

/** Everything that one process tells Prometheus. */
export interface ProcessMetrics {
  /** Hears what happens. */
  counting: Metrics;
  /** Shows the pools of connections, by their names. */
  showPools(pools: Readonly<Record<string, PoolCounts>>): void;
  /** Shows the figures of the whole installation, which one query reads at a scrape. */
  showFigures(options: FigureOptions): void;
  contentType: string;
  /** Returns all samples in the text format of Prometheus. */
  text(): Promise<string>;
}

/** Makes the metrics of a process, those of Node with them: event loop, memory, garbage collection. */
export function createProcessMetrics(known: KnownNames): ProcessMetrics {
  const register = new Registry();
  collectDefaultMetrics({ register });
  const counting = createCounting(createInstruments(register), known);
  let refresh = (): Promise<void> => Promise.resolve();
  return {
    counting,
    showPools: (pools) => {
      createPoolGauges(register, pools);
    },
    showFigures(options) {
      ({ refresh } = createFigureGauges(register, options));
    },
    contentType: register.contentType,
    async text() {
      await refresh();
      return register.metrics();
    },
  };
}
