import { setTimeout as sleep } from 'node:timers/promises';
import { renderId } from '../../src/core/job/ids';
import type { CallsAnswer, CallsOrder } from '../children/callers';
import type { StreamsAnswer, StreamsQuestion } from '../children/stream-readers';
import { readLoopDelay } from '../machine/event-loop';
import type { LoopDelay } from '../machine/event-loop';
import { memoryMib } from '../machine/processes';
import { rounded } from '../math/statistics';
import type { BenchChild } from '../parts/forked';
import type { BenchGateway } from '../parts/gateway';
import { allWell, createsOf } from '../phases/context';
import { waitQuiet } from '../phases/quiet';
import { allArrivals, delaysOf, eventsOf, jobsSince } from './arrivals';
import type { ArrivalFigures } from './arrivals';

export interface StreamParts {
  gateway: BenchGateway;
  readers: BenchChild<StreamsQuestion, StreamsAnswer>;
  callers: BenchChild<CallsOrder, CallsAnswer>;
}

/** What streams of one kind cost, and how late their readers were told. */
export interface StreamFigures extends ArrivalFigures {
  streams: number;
  api: {
    /** Resident memory before any stream, with all of them open and silent, and after their events. */
    memory_mib: Record<'before' | 'open' | 'after', number | null>;
    /** What one open stream takes; null where the operating system does not tell. */
    memory_kib_per_stream: number | null;
    /** How late the event loop was while the streams were opened, and while the events were told. */
    event_loop_ms: Record<'opening' | 'telling', LoopDelay>;
  };
}

interface Kind {
  of: 'videos' | 'workspace';
  streams: number;
}

/** So many jobs are made, one a second, and each stream of videos follows one of them. */
export const JOBS = 20;
const PACE = { kind: 'open', perSecond: 1, forMs: JOBS * 1_000 } as const;
/** Jobs whose streams are opened run until all of these are open and were silent for a while. */
const SECONDS = { videos: 50, workspace: 3 };
/** The streams are left alone for this long before memory is read. */
const REST_MS = 3_000;

/** Opens the streams, lets jobs begin and end, and compares what arrived with what was committed. */
export async function measureStreams(parts: StreamParts, kind: Kind): Promise<StreamFigures> {
  const { gateway, readers } = parts;
  const startedAt = Date.now();
  const create = async (): Promise<string[]> => {
    const order = createsOf(gateway, { pace: PACE, seconds: SECONDS[kind.of], tag: kind.of });
    allWell(await parts.callers.ask(order), kind.of);
    return jobsSince(gateway.databaseUrl, startedAt);
  };
  const videos = kind.of === 'videos' ? await create() : [];
  const before = apiMib(gateway);
  await readLoopDelay(gateway.metrics);
  const urls = urlsOf(gateway, kind, videos);
  const { headers } = gateway;
  await readers.ask({ kind: 'open', streams: urls.map((url) => ({ url, headers })) });
  const opening = await readLoopDelay(gateway.metrics);
  await sleep(REST_MS);
  const open = apiMib(gateway);
  await readers.ask({ kind: 'arrivals' });
  const openedAt = Date.now();
  const ids = kind.of === 'videos' ? videos : await create();
  await waitQuiet(gateway);
  const events = await eventsOf(gateway.databaseUrl, ids, openedAt);
  const readersOfEach = urls.length / Math.max(1, videos.length);
  const arrivals = await allArrivals(readers, events.size * readersOfEach);
  const telling = await readLoopDelay(gateway.metrics);
  const after = apiMib(gateway);
  await readers.ask({ kind: 'close' });
  return {
    streams: urls.length,
    ...delaysOf(events, arrivals, readersOfEach),
    api: {
      memory_mib: { before, open, after },
      memory_kib_per_stream: perStream(before, open, urls.length),
      event_loop_ms: { opening, telling },
    },
  };
}

/** The addresses of all streams; every video is followed by as many readers as another. */
function urlsOf({ api }: BenchGateway, { of, streams }: Kind, videos: readonly string[]): string[] {
  if (of === 'workspace') return Array.from({ length: streams }, () => `${api}/v1/events`);
  const readersOfEach = Math.ceil(streams / videos.length);
  return videos.flatMap((id) =>
    Array.from({ length: readersOfEach }, () => `${api}/v1/videos/${renderId('video', id)}/events`),
  );
}

const apiMib = ({ watched }: BenchGateway): number | null =>
  memoryMib({ api: watched['api'] ?? { pid: 0 } })['api'] ?? null;

const perStream = (before: number | null, open: number | null, streams: number): number | null =>
  before === null || open === null ? null : rounded(((open - before) * 1_024) / streams);
