import { isTerminal } from '../core/job/job';
import type { Job } from '../core/job/job';
import { comparePlaces } from '../core/job/place';
import type { Jobs } from '../core/ports/gateway/jobs';
import type { Live, Told } from '../core/ports/gateway/live';
import type { Timeline, TimelineEvent } from '../core/ports/store/timeline';
import type { GatewayDeps } from './deps';
import { untilClosed, type OpenStreams } from './open-streams';
import { withQueue } from './queue';

type LiveDeps = Pick<GatewayDeps, 'store' | 'caps' | 'waits' | 'now' | 'signEventsLink'>;

interface Reader {
  after: string | undefined;
  /** Aborts when the reader leaves or the server stops. */
  signal: AbortSignal;
  /** Aborts also when the key has ended. */
  ending: AbortSignal;
}

/** Makes the streams of this process; all that wait share one question to the database. */
export function createLive(deps: LiveDeps, { get }: Pick<Jobs, 'get'>, streams: OpenStreams): Live {
  return {
    eventsLink: deps.signEventsLink,
    async follow(principal, id, { after, signal }) {
      const job = await get(principal, id);
      if (after !== undefined && (await isOver(deps, job, after))) return undefined;
      const stream = streams.open(principal, signal);
      return untilClosed(tell(deps, job, { after, signal, ending: stream.signal }), stream);
    },
  };
}

/** Says whether a reader at that place has heard the end. */
async function isOver(deps: LiveDeps, job: Job, after: string): Promise<boolean> {
  const { events } = await deps.store.changes.timeline(job.id);
  const end = events.find(isEnd);
  return end ? comparePlaces(end.place, after) <= 0 : hasEndedLongAgo(deps, job);
}

/** The row of an end may be held back by a transaction for a moment; later it is missing because it was erased. */
const hasEndedLongAgo = ({ now, waits }: LiveDeps, { state, finishedAt }: Job): boolean =>
  isTerminal(state) && now() - (finishedAt ?? 0) > 4 * waits.eventBeatMs;

const isEnd = ({ type }: TimelineEvent): boolean => type.startsWith('job.ended.');

async function* tell(deps: LiveDeps, first: Job, reader: Reader): AsyncGenerator<Told> {
  const { waits, store } = deps;
  let place = reader.after;
  let mark = '';
  yield { kind: 'opened', retryMs: waits.eventRetryMs };
  while (!reader.signal.aborted) {
    const move = await store.changes.moved(first.id, mark, waits.eventBeatMs, reader.ending);
    if (reader.signal.aborted) break;
    if (move.kind === 'gone' || reader.ending.aborted) return;
    if (move.kind === 'still') {
      yield { kind: 'beat' };
      continue;
    }
    mark = move.mark;
    // The rows first: the job is then as new as each of them.
    const timeline = await store.changes.timeline(first.id);
    const job = await store.jobs.get(first.workspaceId, first.id);
    if (!job) return;
    const isLast = timeline.events.some(isEnd) || hasEndedLongAgo(deps, job);
    // Its end is told once, when its row can be.
    if (isTerminal(job.state) && !isLast) continue;
    for (const state of statesAfter(place, await withQueue(deps, job), timeline)) {
      yield state;
      place = state.place ?? place;
    }
    if (isLast) return;
  }
  yield { kind: 'closing' };
}

/** A reader that is new gets the job as it is; one that comes back gets each row that it lacks, to the end. */
function statesAfter(
  place: string | undefined,
  job: Job,
  { events, attempts, deliveries }: Timeline,
): Extract<Told, { kind: 'state' }>[] {
  const state = { kind: 'state', job, attempts, deliveries } as const;
  const end = events.findIndex(isEnd);
  const told = end < 0 ? events : events.slice(0, end + 1);
  const last = told.at(-1);
  if (place === undefined) return [last ? { ...state, place: last.place } : state];
  const missing = told.filter((event) => comparePlaces(event.place, place) > 0);
  return missing.length > 0 ? missing.map((event) => ({ ...state, ...event })) : [state];
}
