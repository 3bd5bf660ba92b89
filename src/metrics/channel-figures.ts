import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { BreakerState } from '../core/health/breaker';
import type { Figures, InQueue } from '../core/ports/store/figures';
import { folding } from './registry';

/** What the config knows of channels; any other name becomes one label value. */
export interface KnownChannels {
  channels: readonly string[];
  groups: readonly string[];
  /** How many jobs each capped channel may run at once. */
  caps: Readonly<Record<string, number>>;
}

/** Gauges of channels: who runs and waits at them by group, and how their breakers stand. */
export type ChannelGauges = ReturnType<typeof createChannelGauges>;

export function createChannelGauges(register: Registry) {
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge({ name, help, labelNames, registers: [register] });
  return {
    used: gauge('reelay_slots_used', 'Jobs that hold a slot.', 'channel', 'group'),
    cap: gauge('reelay_slots_cap', 'Jobs that a capped channel may run at once.', 'channel'),
    waiting: gauge('reelay_slots_waiting', 'Jobs that wait for a slot.', 'channel', 'group'),
    waitingOldest: gauge(
      'reelay_slots_waiting_oldest_age_seconds',
      'Age of the oldest job that waits for a slot; 0 without one.',
      'channel',
      'group',
    ),
    breaker: gauge(
      'reelay_breaker',
      '1 for the state that the breaker of the channel is in, 0 for the others.',
      'channel',
      'state',
    ),
  };
}

const BREAKER_STATES: readonly BreakerState[] = ['closed', 'open', 'half_open'];

export function forgetChannels(gauges: ChannelGauges): void {
  for (const gauge of Object.values(gauges)) gauge.reset();
}

/** Fills the gauges; every capped channel has its samples for every group, also where nobody runs or waits. */
export function fillChannels(
  gauges: ChannelGauges,
  { slots, waiting, breakers }: Pick<Figures, 'slots' | 'waiting' | 'breakers'>,
  { known, ageOf }: { known: KnownChannels; ageOf: (at: number | undefined) => number },
): void {
  forgetChannels(gauges);
  const channelOf = folding(known.channels);
  const groupOf = folding(known.groups);
  const labelsOf = ({ channel, group }: InQueue): InQueue => ({
    channel: channelOf(channel),
    group: groupOf(group),
  });
  for (const [channel, cap] of Object.entries(known.caps)) {
    gauges.cap.set({ channel }, cap);
    for (const group of known.groups) {
      for (const gauge of [gauges.used, gauges.waiting, gauges.waitingOldest]) {
        gauge.set({ channel, group }, 0);
      }
    }
  }
  for (const line of slots) gauges.used.inc(labelsOf(line), line.count);
  // The oldest last, so that it stays where several lines fold into one.
  const byAge = [...waiting].sort((a, b) => ageOf(a.oldestAt) - ageOf(b.oldestAt));
  for (const line of byAge) {
    gauges.waiting.inc(labelsOf(line), line.count);
    gauges.waitingOldest.set(labelsOf(line), ageOf(line.oldestAt));
  }
  for (const channel of known.channels) {
    const found = breakers.find((breaker) => breaker.channel === channel);
    for (const state of BREAKER_STATES) {
      gauges.breaker.set({ channel, state }, state === (found?.state ?? 'closed') ? 1 : 0);
    }
  }
}
