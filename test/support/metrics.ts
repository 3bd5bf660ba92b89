import { DELIVERY_ENDS } from '../../src/core/job/delivery';
import { LEDGER_CHECKS } from '../../src/core/money/ledger-check';
import type { Metrics } from '../../src/core/ports/metrics';
import type { Figures } from '../../src/core/ports/store/figures';
import type { KnownChannels } from '../../src/metrics';

/** What an installation says in which nothing waits. */
export const NONE_WAITS: Figures = {
  jobs: [],
  unstarted: { count: 0, oldestAt: undefined },
  deliveries: { count: 0, oldestAt: undefined },
  copies: { count: 0, oldestAt: undefined },
  copiesGivenUp: 0,
  inReview: 0,
  slots: [],
  waiting: [],
  breakers: [],
  ledgerUncoveredAt: undefined,
  ledgerFaults: Object.fromEntries(
    Object.keys(LEDGER_CHECKS).map((check) => [check, 0]),
  ) as Figures['ledgerFaults'],
  ledgerCheckedAt: undefined,
};

/** What the config of a test knows of channels. */
export const KNOWN_CHANNELS: KnownChannels = {
  channels: ['ark'],
  groups: ['default'],
  caps: { ark: 5 },
};

/** Tells one of everything that can be told. */
export function everything(counting: Metrics): void {
  const route = { api: 'videos', method: 'GET', route: '/v1/videos/:id' };
  counting.answered({ ...route, status: 200, durationMs: 12 });
  counting.created('seedance-2.0');
  counting.ended({ model: 'seedance-2.0', state: 'succeeded', charged: 1n });
  counting.submitted('ark', 'accepted');
  const reply = { status: 200, headers: {}, body: new Uint8Array() };
  counting.called({ channel: 'ark', kind: 'look' }, { kind: 'reply', reply, durationMs: 5 }, 5);
  counting.looked('ark', 40);
  counting.spaced('ark', 4_000);
  counting.started('started');
  counting.restarted('resume');
  for (const end of DELIVERY_ENDS) {
    counting.tried({ status: undefined, error: 'timeout', durationMs: 5, excerpt: '' }, end);
  }
  counting.copied('kept');
  counting.sweptStep('jobs', 1);
  counting.sweptStep('keeps', undefined);
  counting.swept(1_700_000_000_000, 100);
}

/** Reads the samples of a scrape: `reelay_creates_total{model="a"}` -> 1. */
export function samplesOf(text: string): Record<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}
