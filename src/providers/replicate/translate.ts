import { failure } from '../../core/errors';
import type { Operation, Output, Usage, Verdict } from '../../core/job/outcome';
import { jsonCall, jsonOf, type Call, type Reply } from '../../core/provider/exchange';
import type { PollReading, SubmitReading } from '../../core/provider/provider';
import { doubtful, isSuccess, running, runningAs, transient } from '../kit';
import { readFailure, readLookError, readRefusal } from './errors';
import {
  createdSchema,
  operationSchema,
  pathOf,
  predictionSchema,
  type Prediction,
} from './schema';

/** What Replicate's replies mean, and the calls of everything that comes after a submit. */

export function readSubmit(reply: Reply): SubmitReading {
  if (!isSuccess(reply)) return readRefusal(reply);
  const { data } = createdSchema.safeParse(jsonOf(reply));
  return data
    ? { state: 'accepted', operation: { predictionId: data.id } }
    : doubtful(reply, 'without an id');
}

/** Returns the prediction's id, by which Replicate and its callers name it. */
export const operationId = (operation: Operation): string =>
  operationSchema.parse(operation).predictionId;

export const poll = (operation: Operation): Call => jsonCall('GET', pathOf(operationId(operation)));

/** Asks to cancel. One that is over stays as it is. */
export const cancel = (operation: Operation): Call =>
  jsonCall('POST', pathOf(operationId(operation), 'cancel'));

/** Reads a callback, which is the prediction as GET shows it. */
export function readCallback(body: Uint8Array): { operation: Operation } | undefined {
  const { data } = createdSchema.safeParse(jsonOf({ body }));
  return data && { operation: { predictionId: data.id } };
}

export function readPoll(reply: Reply, operation: Operation): PollReading {
  if (!isSuccess(reply)) return readLookError(reply);
  const { data: prediction } = predictionSchema.safeParse(jsonOf(reply));
  if (!prediction) return transient(reply, 'without a prediction');
  if (prediction.id !== operation['predictionId']) {
    return { kind: 'transient', detail: 'the reply is about another prediction' };
  }
  if (prediction.status === 'succeeded' && linkOf(prediction.output) === undefined) {
    return {
      kind: 'empty',
      failure: prediction.data_removed === true ? REMOVED : NO_LINK,
      usage: usageOf(prediction),
    };
  }
  return { kind: 'verdict', verdict: verdictOf(prediction) };
}

const failedWith = (message: string) => failure('provider_error', { provider: { message } });
const NO_LINK = failedWith('succeeded without a link');
/** An hour after the end. */
const REMOVED = failedWith('succeeded, and its output was removed before it was seen');

function verdictOf(prediction: Prediction): Verdict {
  switch (prediction.status) {
    case 'starting':
      return running('queued');
    case 'processing':
      return running('running');
    case 'succeeded':
      return { state: 'succeeded', outputs: outputsOf(prediction), usage: usageOf(prediction) };
    case 'failed':
      return { state: 'failed', failure: readFailure(prediction.error) };
    case 'canceled':
      // By us, or by a limit of Replicate's own: what had not begun is charged as little as one that was aborted.
      return { state: 'canceled', ...(prediction.started_at === null ? { unbegun: true } : {}) };
    // Its time was over before it was begun; it costs nothing, where a canceled one does.
    case 'aborted':
      return { state: 'expired' };
    default:
      return runningAs(prediction.status);
  }
}

function outputsOf({ output }: Prediction): Output[] {
  const url = linkOf(output);
  return url === undefined ? [] : [{ kind: 'video', url }];
}

/**
 * Returns the link to the video, which lives for an hour. A model says itself what it makes: one link, a list of them, or an
 * object with the link under a name.
 */
function linkOf(output: unknown): string | undefined {
  if (typeof output === 'string') return /^https?:\/\//.test(output) ? output : undefined;
  if (typeof output !== 'object' || output === null) return undefined;
  const values: unknown[] = Array.isArray(output)
    ? output
    : NAMES.map((name) => (output as Record<string, unknown>)[name]); // an object, as was asked
  return values.map(linkOfText).find((link) => link !== undefined);
}

const NAMES = ['video', 'url', 'output'];

const linkOfText = (value: unknown): string | undefined =>
  typeof value === 'string' ? linkOf(value) : undefined;

/** Returns the seconds that were made, by which official models are charged; the hardware's time is no measure of them. */
function usageOf({ metrics }: Prediction): Usage {
  const seconds = metrics?.video_output_duration_seconds;
  return seconds !== undefined && seconds > 0 ? { seconds } : {};
}
