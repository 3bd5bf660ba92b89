import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { Figures, FigureStore, Waiting } from '../core/ports/store/figures';
import { createChannelGauges, fillChannels, forgetChannels } from './channel-figures';
import type { KnownChannels } from './channel-figures';
import { OTHER } from './registry';

/** The gauges that one query of the database fills when somebody scrapes. */
export interface FigureGauges {
  /** Fills the gauges, from the database where what is known is older than `maxAgeMs`. Never fails. */
  refresh(): Promise<void>;
}

export interface FigureOptions {
  figures: FigureStore;
  known: KnownChannels;
  maxAgeMs: number;
  now(): number;
}

export function createFigureGauges(register: Registry, options: FigureOptions): FigureGauges {
  const gauges = createGauges(register);
  const ofChannels = createChannelGauges(register);
  const failures = new Counter({
    name: 'reelay_figures_failures_total',
    help: 'Scrapes whose figures the database did not give.',
    registers: [register],
  });
  let readAt = -Infinity;
  let reading: Promise<void> | undefined;
  const read = async (): Promise<void> => {
    const { figures, known, now } = options;
    const ageOf = (at: number | undefined): number =>
      at === undefined ? 0 : Math.max(0, now() - at) / 1_000;
    try {
      const seen = await figures.read(now());
      fill(gauges, seen, { channels: known.channels, ageOf });
      fillChannels(ofChannels, seen, { known, ageOf });
    } catch {
      // Old figures would look like an installation that stands still.
      forget(gauges);
      forgetChannels(ofChannels);
      failures.inc();
    }
    readAt = now();
  };
  return {
    async refresh() {
      if (options.now() - readAt < options.maxAgeMs) return;
      reading ??= read().finally(() => (reading = undefined));
      await reading;
    },
  };
}

type Gauges = ReturnType<typeof createGauges>;

function createGauges(register: Registry) {
  const gauge = (name: string, help: string, ...labelNames: string[]) =>
    new Gauge({ name, help, labelNames, registers: [register] });
  return {
    jobs: gauge('reelay_jobs', 'Open jobs.', 'state', 'channel'),
    jobsOldest: gauge('reelay_jobs_oldest_age_seconds', 'Age of the oldest open job.', 'state'),
    unstarted: gauge('reelay_jobs_unstarted', 'Jobs whose workflow is not started.'),
    unstartedOldest: gauge(
      'reelay_jobs_unstarted_oldest_age_seconds',
      'Age of the oldest job whose workflow is not started; 0 without one.',
    ),
    deliveries: gauge('reelay_deliveries_pending', 'Callbacks that are still to be delivered.'),
    deliveriesOldest: gauge(
      'reelay_deliveries_pending_oldest_age_seconds',
      'Age of the oldest callback that is still to be delivered; 0 without one.',
    ),
    copies: gauge('reelay_copies_pending', 'Results that are still to be copied.'),
    copiesOldest: gauge(
      'reelay_copies_pending_oldest_age_seconds',
      'Age of the oldest result that is still to be copied; 0 without one.',
    ),
    copiesGivenUp: gauge('reelay_copies_given_up', 'Copies that wait for an operator.'),
    inReview: gauge('reelay_jobs_in_review', 'Jobs that wait for a person.'),
    ledger: gauge(
      'reelay_ledger_uncovered_age_seconds',
      'Age of the oldest entry of the ledger that no checkpoint covers; 0 without one.',
    ),
    faults: gauge(
      'reelay_ledger_faults',
      'Faults that the last check of the ledger found.',
      'check',
    ),
    checkedAt: gauge(
      'reelay_ledger_check_last_timestamp_seconds',
      'End of the last check of the ledger; 0 before the first.',
    ),
  };
}

/** Takes all samples away: `reset` would set a gauge without labels to 0, which is an answer. */
function forget({ jobs, jobsOldest, faults, ...single }: Gauges): void {
  for (const gauge of [jobs, jobsOldest, faults]) gauge.reset();
  for (const gauge of Object.values(single)) gauge.remove();
}

/** States in which a job is open: each has its sample, also without a job. */
const OPEN_STATES = ['queued', 'running', 'canceling'];

function fill(
  gauges: Gauges,
  figures: Figures,
  { channels, ageOf }: { channels: readonly string[]; ageOf: (at: number | undefined) => number },
): void {
  gauges.jobs.reset();
  for (const state of OPEN_STATES) {
    for (const channel of channels) gauges.jobs.set({ state, channel }, 0);
    const rows = figures.jobs.filter((row) => row.state === state);
    for (const { channel, count } of rows) {
      gauges.jobs.inc({ state, channel: channels.includes(channel) ? channel : OTHER }, count);
    }
    gauges.jobsOldest.set({ state }, Math.max(0, ...rows.map(({ oldestAt }) => ageOf(oldestAt))));
  }
  const fillWaiting = (count: Gauge, oldest: Gauge, waiting: Waiting): void => {
    count.set(waiting.count);
    oldest.set(ageOf(waiting.oldestAt));
  };
  fillWaiting(gauges.unstarted, gauges.unstartedOldest, figures.unstarted);
  fillWaiting(gauges.deliveries, gauges.deliveriesOldest, figures.deliveries);
  fillWaiting(gauges.copies, gauges.copiesOldest, figures.copies);
  gauges.copiesGivenUp.set(figures.copiesGivenUp);
  gauges.inReview.set(figures.inReview);
  gauges.ledger.set(ageOf(figures.ledgerUncoveredAt));
  for (const [check, count] of Object.entries(figures.ledgerFaults)) {
    gauges.faults.set({ check }, count);
  }
  gauges.checkedAt.set((figures.ledgerCheckedAt ?? 0) / 1_000);
}
