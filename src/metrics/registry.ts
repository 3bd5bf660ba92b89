import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

/** Every metric of our own, by what it is about. Names, help and labels are compared with docs/metrics.md. */

/** Label values that are in no config become this one. */
export const OTHER = 'other';

/** Seconds of an exchange: from a read of a row to a submit that takes its whole deadline. */
const EXCHANGE_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** Seconds by which a look is late: a look each 10 s that is a minute late holds nobody up for long. */
const LAG_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
/** Seconds that a look waits for its moment: with a thousand jobs at 60 requests a minute it is a third of an hour. */
const WAIT_SECONDS = [1, 5, 10, 30, 60, 120, 300, 600, 1_200, 3_600];
/** Seconds of a sweep, which runs each minute. */
const SWEEP_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export type Instruments = ReturnType<typeof createInstruments>;

/** Makes the metrics that every process has; what a process never does stays without a sample. */
export function createInstruments(register: Registry) {
  const make = makersFor(register);
  return { ...ofCallers(make), ...ofProviders(make), ...ofJobs(make) };
}

function makersFor(register: Registry) {
  const counter = (name: string, help: string, ...labelNames: string[]) =>
    new Counter({ name, help, labelNames, registers: [register] });
  const histogram = (name: string, help: string, buckets: number[], ...labelNames: string[]) =>
    new Histogram({ name, help, buckets, labelNames, registers: [register] });
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [register] });
  return { counter, histogram, gauge };
}
type Makers = ReturnType<typeof makersFor>;

function ofCallers({ counter, histogram }: Makers) {
  return {
    requests: counter(
      'reelay_http_requests_total',
      'Exchanges of the API.',
      ...['api', 'method', 'route', 'status'],
    ),
    refusals: counter(
      'reelay_http_refusals_total',
      'Requests and connections of callers that were refused.',
      'reason',
    ),
    requestSeconds: histogram(
      'reelay_http_request_duration_seconds',
      'Duration of exchanges of the API; answers that are held back until a job ends count in full.',
      EXCHANGE_SECONDS,
      ...['api', 'method', 'route'],
    ),
    creates: counter('reelay_creates_total', 'Jobs that were created.', 'model'),
    ended: counter('reelay_jobs_ended_total', 'Jobs that have ended.', 'model', 'state'),
    points: counter('reelay_points_charged_total', 'Points charged, once for each job.', 'model'),
  };
}

function ofProviders({ counter, histogram }: Makers) {
  return {
    submits: counter('reelay_submits_total', 'What submits came to.', 'channel', 'result'),
    calls: counter(
      'reelay_provider_calls_total',
      'Exchanges with providers.',
      ...['channel', 'kind', 'result'],
    ),
    callSeconds: histogram(
      'reelay_provider_call_duration_seconds',
      'Duration of exchanges with providers, answered or not.',
      EXCHANGE_SECONDS,
      ...['channel', 'kind'],
    ),
    lagSeconds: histogram(
      'reelay_look_lag_seconds',
      'Time from the planned moment of a look to its begin.',
      LAG_SECONDS,
      'channel',
    ),
    spacedSeconds: histogram(
      'reelay_look_wait_seconds',
      "Time that looks go away for until their moment under the channel's rate limit.",
      WAIT_SECONDS,
      'channel',
    ),
  };
}

function ofJobs({ counter, histogram, gauge }: Makers) {
  return {
    starts: counter('reelay_starts_total', 'Workflows of jobs that were asked for.', 'result'),
    restarts: counter('reelay_restarts_total', 'Runs started after one that closed.', 'mode'),
    tries: counter('reelay_delivery_tries_total', 'Tries of callbacks.', 'result'),
    deliveries: counter('reelay_deliveries_ended_total', 'Callbacks that have ended.', 'end'),
    copies: counter('reelay_copies_total', 'Copies of results that have ended.', 'result'),
    sweepSeconds: histogram('reelay_sweep_duration_seconds', 'Duration of sweeps.', SWEEP_SECONDS),
    sweptAt: gauge(
      'reelay_sweep_last_timestamp_seconds',
      'End of the last sweep of this process; retention is a part of each.',
    ),
    sweepRows: counter('reelay_sweep_rows_total', 'Rows that sweeps dealt with.', 'step'),
    sweepFailures: counter('reelay_sweep_failures_total', 'Steps of sweeps that failed.', 'step'),
  };
}

/** Makes a function that keeps the names it was given, and turns every other one into `other`. */
export function folding(names: readonly string[]): (name: string) => string {
  const known = new Set(names);
  return (name) => (known.has(name) ? name : OTHER);
}
