import { failure, type Failure } from '../../core/errors';
import type { Operation, Output } from '../../core/job/outcome';
import { jsonCall, jsonOf, type Call, type Reply } from '../../core/provider/exchange';
import type {
  InlineFile,
  PollReading,
  SubmitFacts,
  SubmitReading,
} from '../../core/provider/provider';
import { doubtful, isSuccess, running, transient, wordsOf } from '../kit';
import { readLookError, readOperationError, readRefusal } from './errors';
import { vertexOptions } from './options';
import { bytesOf, fileOutput, objectOutput } from './results';
import {
  GEMINI,
  geminiName,
  geminiOperation,
  operationReplySchema,
  sampleSchema,
  VERTEX,
  vertexName,
  vertexOperation,
  vertexVideoSchema,
  type OperationReply,
} from './schema';

/** What the replies about Veo's long running operations mean, and the calls that look at them. Nothing cancels one. */

/** Reads the reply to a create of the Gemini API. */
export function readSubmitGemini(reply: Reply): SubmitReading {
  if (!isSuccess(reply)) return readRefusal(reply);
  const name = geminiName.safeParse(nameIn(reply));
  if (!name.success) return doubtful(reply, 'without the name of an operation');
  return { state: 'accepted', operation: { kind: GEMINI, name: name.data } };
}

/** Reads the reply to a create of Vertex AI. */
export function readSubmitVertex(reply: Reply, { options }: SubmitFacts): SubmitReading {
  if (!isSuccess(reply)) return readRefusal(reply);
  const name = vertexName.safeParse(nameIn(reply));
  if (!name.success) return doubtful(reply, 'without the name of an operation');
  const { storageUrl } = vertexOptions(options);
  return { state: 'accepted', operation: { kind: VERTEX, name: name.data, storageUrl } };
}

const nameIn = (reply: Reply): unknown => operationReplySchema.safeParse(jsonOf(reply)).data?.name;

/** Returns the call that looks at an operation of the Gemini API: a GET of its name. */
export const pollGemini = (operation: Operation): Call =>
  jsonCall('GET', `/v1beta/${geminiOperation.parse(operation).name}`);

/** Returns the call that looks at an operation of Vertex AI: a POST to its model, which has no path of its own. */
export function pollVertex(operation: Operation): Call {
  const { name } = vertexOperation.parse(operation);
  const [model] = name.split('/operations/');
  return jsonCall('POST', `/v1/${model ?? ''}:fetchPredictOperation`, { operationName: name });
}

/** Reads the reply to a look at an operation of either wire. */
export function readPoll(reply: Reply, operation: Operation): PollReading {
  if (!isSuccess(reply)) return readLookError(reply);
  const parsed = operationReplySchema.safeParse(jsonOf(reply));
  if (!parsed.success) return transient(reply, 'without an operation');
  const said = parsed.data;
  if (said.name !== operation['name']) {
    return { kind: 'transient', detail: 'the reply is about another operation' };
  }
  const isDone = said.done === true || said.error !== undefined || said.response !== undefined;
  if (!isDone) return { kind: 'verdict', verdict: running('running') };
  return readEnd(said, operation);
}

/** Reads what a finished operation brought: a link, a video that stands in the reply, or why there is none. */
function readEnd({ response, error }: OperationReply, operation: Operation): PollReading {
  const { outputs, files } = videosIn(response, operation);
  if (outputs.length + files.length > 0) {
    const verdict = { state: 'succeeded' as const, outputs, usage: {} };
    return { kind: 'verdict', verdict, ...(files.length > 0 ? { files } : {}) };
  }
  const reason = error ? readOperationError(error.code, error.message ?? '') : filterOf(response);
  if (!reason) return { kind: 'empty', failure: NO_VIDEO };
  return { kind: 'verdict', verdict: { state: 'failed', failure: reason } };
}

/** Returns why every video was filtered out; undefined where none was. */
function filterOf(response: OperationReply['response']): Failure | undefined {
  const said = response?.generateVideoResponse ?? response;
  const reasons = (said?.raiMediaFilteredReasons ?? []).filter((one) => typeof one === 'string');
  if ((said?.raiMediaFilteredCount ?? 0) === 0 && reasons.length === 0) return undefined;
  const provider = wordsOf('raiMediaFiltered', reasons.join(' '));
  return failure('content_rejected', { provider, stage: 'output' });
}

const NO_VIDEO = failure('provider_error', { provider: { message: 'done without a video' } });

interface Videos {
  outputs: Output[];
  files: InlineFile[];
}

/** We ask for one video, so that the first that can be had is it. */
function videosIn(response: OperationReply['response'], operation: Operation): Videos {
  const samples = (response?.generateVideoResponse?.generatedSamples ?? []).flatMap(
    (one) => sampleSchema.safeParse(one).data?.video ?? [],
  );
  const videos = (response?.videos ?? []).flatMap(
    (one) => vertexVideoSchema.safeParse(one).data ?? [],
  );
  const { storageUrl } = vertexOptions({ storageUrl: operation['storageUrl'] });
  const [output] = [
    ...samples.flatMap(({ uri }) => (uri ? [fileOutput(uri)] : [])),
    ...videos.flatMap(({ gcsUri }) => (gcsUri && objectOutput(gcsUri, storageUrl)) || []),
  ];
  if (output) return { outputs: [output], files: [] };
  const [bytes] = [
    ...samples.flatMap(({ encodedVideo }) => bytesOf(encodedVideo) ?? []),
    ...videos.flatMap(({ bytesBase64Encoded }) => bytesOf(bytesBase64Encoded) ?? []),
  ];
  return { outputs: [], files: bytes ? [{ kind: 'video', bytes }] : [] };
}
