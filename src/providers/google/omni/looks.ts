import { failure } from '../../../core/errors';
import type { Operation, Output, Usage } from '../../../core/job/outcome';
import { given } from '../../../core/json/fields';
import { jsonCall, jsonOf, type Call, type Reply } from '../../../core/provider/exchange';
import type { InlineFile, PollReading, SubmitReading } from '../../../core/provider/provider';
import { doubtful, isSuccess, running, runningAs, transient, wordsOf } from '../../kit';
import { readInteractionError, readLookError, readRefusal } from '../errors';
import { bytesOf, fileOutput } from '../results';
import { INTERACTION } from '../schema';
import {
  contentSchema,
  createdSchema,
  entryOfErrors,
  eventSchema,
  interactionOperation,
  interactionSchema,
  modalitySchema,
  pathOf,
  stepSchema,
  type Interaction,
} from './schema';

/** What the replies of the Interactions API mean, and its calls that come after a submit. */

/** Reads the reply to a create. */
export function readSubmit(reply: Reply): SubmitReading {
  if (!isSuccess(reply)) return readRefusal(reply);
  const parsed = createdSchema.safeParse(jsonOf(reply));
  if (!parsed.success) return doubtful(reply, "without an interaction's id");
  return { state: 'accepted', operation: { kind: INTERACTION, id: parsed.data.id } };
}

/** Returns the interaction's id. */
export const idOf = (operation: Operation): string => interactionOperation.parse(operation).id;

/** Asks for one interaction. */
export const poll = (operation: Operation): Call => jsonCall('GET', pathOf(idOf(operation)));

/** Asks that an interaction end. Its body is empty. */
export const cancel = (operation: Operation): Call =>
  jsonCall('POST', `${pathOf(idOf(operation))}/cancel`);

/** Reads a callback, which tells the interaction's id and little more. */
export function readCallback(body: Uint8Array): { operation: Operation } | undefined {
  const parsed = eventSchema.safeParse(jsonOf({ body }));
  if (!parsed.success) return undefined;
  return { operation: { kind: INTERACTION, id: parsed.data.data.id } };
}

/** Reads the reply to a look. */
export function readPoll(reply: Reply, operation: Operation): PollReading {
  if (!isSuccess(reply)) return readLookError(reply);
  const parsed = interactionSchema.safeParse(jsonOf(reply));
  if (!parsed.success) return transient(reply, 'without an interaction');
  const said = parsed.data;
  if (said.id !== operation['id']) {
    return { kind: 'transient', detail: 'the reply is about another interaction' };
  }
  switch (said.status) {
    case 'queued':
      return { kind: 'verdict', verdict: running('queued') };
    case 'in_progress':
      return { kind: 'verdict', verdict: running('running') };
    case 'completed':
      return readCompleted(said);
    case 'failed':
    case 'incomplete':
    case 'budget_exceeded':
    case 'requires_action':
      return readFailed(said);
    case 'cancelled':
      return { kind: 'verdict', verdict: { state: 'canceled' } };
    default:
      return { kind: 'verdict', verdict: runningAs(said.status) };
  }
}

type Content = (typeof contentSchema)['_output'];

/**
 * A completed interaction has a video. One that has text alone and counts no tokens of a video is a refusal; anything else
 * without a video is looked at again, since Google may count a video that is not shown yet.
 */
function readCompleted(said: Interaction): PollReading {
  const content = contentIn(said);
  const videos = content.filter(({ type }) => type === 'video');
  const [output] = videos.flatMap(({ uri }): Output[] => (uri ? [fileOutput(uri)] : []));
  const [bytes] = videos.flatMap(({ data }) => bytesOf(data) ?? []);
  const usage = usageOf(said);
  if (output ?? bytes) {
    const outputs = output ? [output] : [];
    const files: InlineFile[] = !output && bytes ? [{ kind: 'video', bytes }] : [];
    const verdict = { state: 'succeeded' as const, outputs, usage };
    return { kind: 'verdict', verdict, ...(files.length > 0 ? { files } : {}) };
  }
  const text = content.flatMap((one) => one.text ?? []).join(' ');
  if (text !== '' && said.usage?.output_tokens_by_modality && usage.tokens === undefined) {
    const provider = wordsOf(undefined, text);
    const reason = failure('content_rejected', { provider });
    return { kind: 'verdict', verdict: { state: 'failed', failure: reason } };
  }
  return { kind: 'empty', failure: NO_VIDEO, usage };
}

const NO_VIDEO = failure('provider_error', { provider: { message: 'completed without a video' } });

const contentIn = ({ steps = [] }: Interaction): Content[] =>
  steps
    .flatMap((one) => stepSchema.safeParse(one).data ?? [])
    .filter(({ type }) => type === 'model_output')
    .flatMap((step) => step.content ?? [])
    .flatMap((one) => contentSchema.safeParse(one).data ?? []);

/** Returns the tokens of the video that was made, which are what Google bills for. */
function usageOf({ usage }: Interaction): Usage {
  const tokens = (usage?.output_tokens_by_modality ?? [])
    .flatMap((one) => modalitySchema.safeParse(one).data ?? [])
    .filter(({ modality }) => modality.toLowerCase() === 'video')
    .reduce((sum, entry) => sum + entry.tokens, 0);
  return given({ tokens: tokens > 0 && Number.isSafeInteger(tokens) ? tokens : undefined });
}

function readFailed({ status, error, errors = [] }: Interaction): PollReading {
  const [first] = errors.flatMap((one) => entryOfErrors.safeParse(one).data ?? []);
  const { code = status, message = '' } = error ?? first ?? {};
  const reason = readInteractionError(String(code), message);
  return { kind: 'verdict', verdict: { state: 'failed', failure: reason } };
}
