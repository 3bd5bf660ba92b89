import { failure } from '../../core/errors';
import { given } from '../../core/json/fields';
import type { Operation, Output, Usage, Verdict, VideoFacts } from '../../core/job/outcome';
import { jsonCall, type Call, type Reply } from '../../core/provider/exchange';
import type { PollReading, SubmitFacts, SubmitReading } from '../../core/provider/provider';
import { doubtful, isSuccess, running, runningAs, transient } from '../kit';
import { readJobFailure, readLookError, readRefusal } from './errors';
import { COST_HEADER, isSameVideo } from './litellm';
import { contentOf, MODELS, operationSchema, pathOf } from './schema';
import { moneyOf, videoOf, type ShownVideo, type VideoError } from './video';
import { phaseOf } from './words';

/** What the servers' replies mean, and the calls of everything that comes after a submit. */

export function readSubmit(reply: Reply, sent: Pick<SubmitFacts, 'model'>): SubmitReading {
  if (!isSuccess(reply)) return readRefusal(reply, sent);
  const video = videoOf(reply);
  const operation = video && operationIn(video, reply);
  if (!operation) return doubtful(reply, 'without an id');
  return { state: 'accepted', operation };
}

/** A server that holds the create until the end shows the end there, and may have nothing to ask for later. */
function operationIn(video: ShownVideo, { headers }: Reply): Operation | undefined {
  const phase = phaseOf(video.status);
  const isMade = phase === 'succeeded' || (video.status === undefined && video.isListed);
  const operation = given({
    id: video.ids[0],
    url: isMade ? video.url : undefined,
    error: phase === 'failed' ? (video.error ?? {}) : undefined,
    cost: moneyOf(headers[COST_HEADER]),
  });
  return operationSchema.safeParse(operation).success ? operation : undefined;
}

/** Returns the video's id; of one that has none, what it is known by. */
export function operationId(operation: Operation): string {
  const { id, url } = operationSchema.parse(operation);
  return id ?? url ?? 'ended';
}

/** Asks for the video; for one whose end the create has told, it asks no more than whether the server is there. */
export function poll(operation: Operation): Call {
  const { id, url, error } = operationSchema.parse(operation);
  const hasEnded = url !== undefined || error !== undefined;
  return jsonCall('GET', id === undefined || hasEnded ? MODELS : pathOf(id));
}

/** Returns a DELETE, which stops a job where the server can, and elsewhere deletes the record of a finished one. */
export function cancel(operation: Operation): Call {
  const { id = '' } = operationSchema.parse(operation);
  return jsonCall('DELETE', pathOf(id));
}

export function readPoll(reply: Reply, operation: Operation): PollReading {
  const { id, url, error, cost } = operationSchema.parse(operation);
  if (url !== undefined) return succeeded([keyed('video', url)], usageAt(cost));
  if (error !== undefined) return failed(error);
  const video = videoOf(reply);
  const isOurs = id !== undefined && video?.ids.some((shown) => isSameVideo(shown, id)) === true;
  // vLLM-Omni answers a failed job with the HTTP status of its error, and the job as the body.
  if (!isSuccess(reply)) {
    return isOurs && phaseOf(video?.status) === 'failed'
      ? failed(video?.error)
      : readLookError(reply);
  }
  if (!video) return transient(reply, 'without a video');
  if (!isOurs) return { kind: 'transient', detail: 'the reply is not about this video' };
  if (video.status === undefined) return transient(reply, 'without a status');
  return readVideo(video, id ?? '', cost);
}

function readVideo(video: ShownVideo, id: string, cost: string | undefined): PollReading {
  const { status = '', progress, url, isEmpty, error } = video;
  switch (phaseOf(status)) {
    case 'queued':
      return { kind: 'verdict', verdict: running('queued', progress) };
    case 'running':
      return { kind: 'verdict', verdict: running('running', progress) };
    case 'succeeded': {
      const usage = usageOf(video, cost);
      if (url === undefined && (isEmpty || error !== undefined)) return empty(error, usage);
      const link = url ?? contentOf(id);
      return succeeded([keyed('video', link), ...lastFrameOf(video)], usage, video.size);
    }
    case 'failed':
      return failed(error);
    case 'canceled':
      return { kind: 'verdict', verdict: { state: 'canceled' } };
    case 'expired':
      return { kind: 'verdict', verdict: { state: 'expired' } };
    case undefined:
      return { kind: 'verdict', verdict: runningAs(status, progress) };
  }
}

/**
 * Our credential may open a link, and goes to the channel's own origin alone: new-api's links are its own and want it, and
 * those of a store of files do not get it.
 */
const keyed = (kind: Output['kind'], url: string): Output => ({ kind, url, keyed: true });

const lastFrameOf = ({ lastFrame }: ShownVideo): Output[] =>
  lastFrame === undefined ? [] : [keyed('last_frame', lastFrame)];

const succeeded = (outputs: Output[], usage: Usage, made?: VideoFacts): PollReading => ({
  kind: 'verdict',
  verdict: { state: 'succeeded', outputs, usage, ...given({ made }) },
});

/** A gateway has no words for a job that was canceled or expired but the code of its error. */
function failed(error: VideoError = {}): PollReading {
  return { kind: 'verdict', verdict: failedFor(error) };
}

function failedFor(error: VideoError): Verdict {
  const phase = phaseOf(error.code?.toLowerCase());
  if (phase === 'canceled' || phase === 'expired') return { state: phase };
  return { state: 'failed', failure: readJobFailure(error) };
}

function empty(error: VideoError | undefined, usage: Usage): PollReading {
  const reason = error
    ? readJobFailure(error)
    : failure('provider_error', { provider: { message: 'completed without a file' } });
  return { kind: 'empty', failure: reason, ...(Object.keys(usage).length > 0 ? { usage } : {}) };
}

/** A create's cost is in dollars, and that of a look in a currency that nobody names. */
const usageOf = ({ seconds, tokens, cost }: ShownVideo, told: string | undefined): Usage =>
  given({
    seconds,
    tokens,
    cost: cost === undefined ? undefined : { amount: cost },
    ...usageAt(told),
  });

const usageAt = (dollars: string | undefined): Usage =>
  dollars === undefined ? {} : { cost: { amount: dollars, currency: 'USD' } };
