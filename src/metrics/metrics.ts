import { DELIVERY_ENDS } from '../core/job/delivery';
import { REFUSAL_REASONS, START_COUNTS } from '../core/ports/metrics';
import type { Metrics } from '../core/ports/metrics';
import type { CallResult } from '../core/ports/outbound';
import { OTHER, folding } from './registry';
import type { Instruments } from './registry';

/** Names that may be label values: those of the config, so that no caller and no provider can add one. */
export interface KnownNames {
  models: readonly string[];
  channels: readonly string[];
}

const MICROPOINTS = 1_000_000;

/** Counts what happens in a process. */
export function createCounting(to: Instruments, known: KnownNames): Metrics {
  beginAtZero(to);
  const model = folding(known.models);
  const channel = folding(known.channels);
  return {
    answered({ api = OTHER, method, route = OTHER, status, durationMs }) {
      const at = { api, method: route === OTHER ? OTHER : method, route };
      to.requests.inc({ ...at, status: statusClass(status) });
      to.requestSeconds.observe(at, durationMs / 1_000);
    },
    refused: (reason) => {
      to.refusals.inc({ reason });
    },
    created: (name) => {
      to.creates.inc({ model: model(name) });
    },
    ended(job) {
      to.ended.inc({ model: model(job.model), state: job.state });
      to.points.inc({ model: model(job.model) }, Number(job.charged) / MICROPOINTS);
    },
    submitted: (name, result) => {
      to.submits.inc({ channel: channel(name), result });
    },
    called(call, result, durationMs) {
      const at = { channel: channel(call.channel), kind: call.kind };
      to.calls.inc({ ...at, result: callResult(result) });
      to.callSeconds.observe(at, durationMs / 1_000);
    },
    looked: (name, lagMs) => {
      to.lagSeconds.observe({ channel: channel(name) }, Math.max(0, lagMs) / 1_000);
    },
    spaced: (name, waitMs) => {
      to.spacedSeconds.observe({ channel: channel(name) }, waitMs / 1_000);
    },
    started: (result) => {
      to.starts.inc({ result });
    },
    restarted: (mode) => {
      to.restarts.inc({ mode });
    },
    tried({ status, error }, end) {
      to.tries.inc({ result: status === undefined ? (error ?? OTHER) : statusClass(status) });
      if (end) to.deliveries.inc({ end });
    },
    copied: (result) => {
      to.copies.inc({ result });
    },
    sweptStep(step, rows) {
      if (rows === undefined) to.sweepFailures.inc({ step });
      else to.sweepRows.inc({ step }, rows);
    },
    swept(at, durationMs) {
      to.sweptAt.set(at / 1_000);
      to.sweepSeconds.observe(durationMs / 1_000);
    },
  };
}

/** A rate sees the first of its kind only where a sample was there before it. */
function beginAtZero(to: Instruments): void {
  for (const reason of REFUSAL_REASONS) to.refusals.inc({ reason }, 0);
  for (const result of START_COUNTS) to.starts.inc({ result }, 0);
  for (const result of TRY_COUNTS) to.tries.inc({ result }, 0);
  for (const end of DELIVERY_ENDS) to.deliveries.inc({ end }, 0);
  for (const result of COPY_COUNTS) to.copies.inc({ result }, 0);
  for (const mode of RESTART_MODES) to.restarts.inc({ mode }, 0);
}

const NO_ANSWERS: readonly Exclude<CallResult, { kind: 'reply' }>['reason'][] = [
  ...(['blocked', 'unsendable', 'connect', 'deadline'] as const),
  ...(['timeout', 'reset', 'too_large', 'aborted'] as const),
];
const TRY_COUNTS = ['2xx', '3xx', '4xx', '5xx', ...NO_ANSWERS];
const COPY_COUNTS = ['kept', 'gave_up'];
const RESTART_MODES = ['resume', 'cancel'];

/** Returns `2xx` for 200. */
const statusClass = (status: number): string => `${String(Math.floor(status / 100))}xx`;

/** Returns `2xx` for an answer, else the reason why there was none, such as `timeout`. */
const callResult = (result: CallResult): string =>
  result.kind === 'reply' ? statusClass(result.reply.status) : result.reason;
