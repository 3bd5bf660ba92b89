import type { PerProcess } from './machine/processes';
import { ratioOf } from './math/statistics';
import type { CostFigures } from './phases/cost';
import type { CreateFigures } from './phases/creates';
import type { DelayFigures } from './phases/delays';
import { lifecycleRatio, medianCpu } from './phases/lifecycles';
import type { LifecycleFigures } from './phases/lifecycles';
import type { PeerFigures } from './phases/peer';
import type { ReadFigures } from './phases/reads';
import type { Report } from './report';

/** What the phases of one run measured. */
export interface Measurements {
  memory: PerProcess;
  lifecycle: LifecycleFigures;
  read: ReadFigures[];
  delays: DelayFigures;
  cost: CostFigures;
  burst: CreateFigures;
  open: CreateFigures;
  peer: PeerFigures | { skipped: string };
}

/** The run's figures without where and when it was. */
export type Figures = Omit<
  Report,
  'bench' | 'quick' | 'machine' | 'engine' | 'postgres' | 'commit' | 'at' | 'elapsed_s'
>;

export function assemble(measured: Measurements): Figures {
  const { memory, lifecycle, read, delays, cost, burst, open } = measured;
  const { end_to_settled_ms, end_to_callback_ms, ...delay } = delays;
  const { statements_per_job, events_per_job, ...costs } = cost;
  const blocks = [...lifecycle.bare, ...lifecycle.ours, ...lifecycle.ours_callback];
  return {
    elsewhere: Math.max(...blocks.map(({ elsewhere }) => elsewhere)),
    lifecycle_ratio: lifecycleRatio(lifecycle.ours, lifecycle.bare),
    lifecycle_callback_ratio: lifecycleRatio(lifecycle.ours_callback, lifecycle.bare),
    create_ratio: burst.ratio,
    read_ratio: Object.fromEntries(read.map(({ connections, ratio }) => [connections, ratio])),
    statements_per_job,
    events_per_job,
    cpu_ms_per_job: {
      bare: medianCpu(lifecycle.bare),
      ours: withGateway(medianCpu(lifecycle.ours)),
      ours_callback: withGateway(medianCpu(lifecycle.ours_callback)),
    },
    memory_mib: withGateway(memory),
    end_to_settled_ms,
    end_to_callback_ms,
    peer: comparedPeer(measured),
    lifecycle,
    create: { burst, open },
    read,
    delays: delay,
    cost: costs,
  };
}

/** Adds `gateway`, the sum of what is ours to make small; it is null where a part is not known. */
function withGateway(figures: PerProcess): PerProcess {
  const { api = null, worker = null } = figures;
  const isKnown = api !== null && worker !== null;
  return { gateway: isKnown ? Math.round((api + worker) * 10) / 10 : null, ...figures };
}

function comparedPeer({ peer, burst, read }: Measurements): Report['peer'] {
  if ('skipped' in peer) return peer;
  const ours = read.find(({ connections }) => connections === peer.connections)?.ours.per_s ?? 0;
  return {
    ...peer,
    creates_ratio: ratioOf(burst.ours.per_s, peer.creates.per_s),
    reads_ratio: ratioOf(ours, peer.reads.per_s),
  };
}
