import { failure } from '../../core/errors';
import { given } from '../../core/json/fields';
import type { Operation, Usage, VideoFacts } from '../../core/job/outcome';
import { jsonCall, jsonOf, type Call, type Reply } from '../../core/provider/exchange';
import type { PollReading, SubmitFacts, SubmitReading } from '../../core/provider/provider';
import { doubtful, isSuccess, running, runningAs, transient } from '../kit';
import { endOf, errorOf, readLookError, readProblem, readRefusal } from './errors';
import {
  appAt,
  appOf,
  callbackSchema,
  createdSchema,
  operationSchema,
  outputSchema,
  pathOf,
  statusSchema,
  type OutputBody,
  type Status,
} from './schema';

/** What fal's replies mean, and the calls of everything that comes after a submit. */

/** Reads the answer to a submit. Its address of looks says under which app the request is known. */
export function readSubmit(reply: Reply, sent: SubmitFacts): SubmitReading {
  if (!isSuccess(reply)) return readRefusal(reply);
  const { data } = createdSchema.safeParse(jsonOf(reply));
  if (!data) return doubtful(reply, 'without a request id');
  const app = appAt(data.status_url) ?? calledApp(sent);
  return { state: 'accepted', operation: { app, requestId: data.request_id } };
}

/** Returns the app of what was called, which may be one that our tables know as another. */
const calledApp = ({ model, calledModel = model }: SubmitFacts): string => appOf(calledModel);

/** Returns the request's id, by which fal and its callers name it. */
export const operationId = (operation: Operation): string =>
  operationSchema.parse(operation).requestId;

export function poll(operation: Operation): Call {
  const { app, requestId } = operationSchema.parse(operation);
  return jsonCall('GET', pathOf(app, requestId, 'status'));
}

/** Asks to cancel: one that waits is taken out of the queue, and one that runs may go on. */
export function cancel(operation: Operation): Call {
  const { app, requestId } = operationSchema.parse(operation);
  return jsonCall('PUT', pathOf(app, requestId, 'cancel'));
}

/** Reads a callback. It names no app, so that is taken from what was sent. */
export function readCallback(
  body: Uint8Array,
  sent: SubmitFacts,
): { operation: Operation } | undefined {
  const { data } = callbackSchema.safeParse(jsonOf({ body }));
  return data && { operation: { app: calledApp(sent), requestId: data.request_id } };
}

/** Reads the answer to a look, or to the call that fetches what the model answered. */
export function readPoll(reply: Reply, operation: Operation, asked: Call): PollReading {
  const isLook = !('path' in asked.target) || asked.target.path.endsWith('/status');
  return isLook ? readStatus(reply, operation) : readResult(reply);
}

function readStatus(reply: Reply, operation: Operation): PollReading {
  if (!isSuccess(reply)) return readLookError(reply);
  const { data: status } = statusSchema.safeParse(jsonOf(reply));
  if (!status) return transient(reply, 'without a status');
  const { app, requestId } = operationSchema.parse(operation);
  if (status.request_id !== undefined && status.request_id !== requestId) {
    return { kind: 'transient', detail: 'the reply is about another request' };
  }
  return readingOf(status, jsonCall('GET', pathOf(app, requestId)));
}

/** Says what a status means. COMPLETED is the word for every end: the result says which. */
function readingOf({ status, error, error_type }: Status, result: Call): PollReading {
  switch (status) {
    case 'IN_QUEUE':
      return { kind: 'verdict', verdict: running('queued') };
    case 'IN_PROGRESS':
      return { kind: 'verdict', verdict: running('running') };
    case 'COMPLETED':
      return endOf(error_type, error) ?? { kind: 'follow', call: result };
    default:
      return { kind: 'verdict', verdict: runningAs(status) };
  }
}

/**
 * Reads the model's own answer, which fal plays back with its status. An error is the request's end only where it has a type
 * of the queue's or a model's list: whatever else comes after COMPLETED, 504 for one, passes by asking again. A type of the
 * queue's with 5xx may be about this very call, since the look would have told that of a request: it ends one that lasts.
 */
function readResult(reply: Reply): PollReading {
  if (!isSuccess(reply)) {
    const said = errorOf(reply);
    if (said?.problem) {
      const reason = readProblem(said.problem, reply);
      return { kind: 'verdict', verdict: { state: 'failed', failure: reason } };
    }
    return inDoubt(endOf(said?.type, said?.text), reply) ?? readLookError(reply);
  }
  const json = jsonOf(reply);
  const { data } = outputSchema.safeParse(json);
  const isOurs = reply.headers['x-fal-request-id'] !== undefined || hasVideo(json);
  if (!data || !isOurs) return transient(reply, 'without an output');
  const url = data.video?.url;
  const usage = usageOf(reply, data);
  if (!url) return { kind: 'empty', failure: NO_VIDEO, usage };
  return {
    kind: 'verdict',
    verdict: {
      state: 'succeeded',
      outputs: [{ kind: 'video', url }],
      usage,
      ...madeOf(data),
      ...given({ seed: Number.isSafeInteger(data.seed) ? data.seed : undefined }),
    },
  };
}

function inDoubt(end: PollReading | undefined, { status }: Reply): PollReading | undefined {
  if (status < 500 || end?.kind !== 'verdict' || end.verdict.state !== 'failed') return end;
  return { kind: 'empty', failure: end.verdict.failure };
}

const hasVideo = (json: unknown): boolean =>
  typeof json === 'object' && json !== null && Object.hasOwn(json, 'video');

const NO_VIDEO = failure('provider_error', {
  provider: { message: 'completed without a video' },
});

const DECIMAL = /^\d{1,12}(?:\.\d{1,6})?$/;

/** Returns the units that fal bills, each at the price of the endpoint, and the length where the model tells it. */
function usageOf(reply: Reply, { video }: OutputBody): Usage {
  const told = reply.headers['x-fal-billable-units'];
  const seconds = video?.duration;
  return given({
    units: told !== undefined && DECIMAL.test(told) ? told : undefined,
    seconds: seconds !== undefined && seconds > 0 ? seconds : undefined,
  });
}

function madeOf({ video }: OutputBody): { made?: VideoFacts } {
  const pixels = (side: number | undefined): number | undefined =>
    side !== undefined && Number.isSafeInteger(side) && side > 0 ? side : undefined;
  const made = given({ width: pixels(video?.width), height: pixels(video?.height) });
  return Object.keys(made).length > 0 ? { made } : {};
}
