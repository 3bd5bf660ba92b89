import type { Answer } from '../../core/api/answer';
import { route, type HttpRoute, type RouteInput } from '../../core/api/route';
import { GatewayError, type ErrorCode, type FailureCode } from '../../core/errors';
import { noQuerySchema } from '../../core/json/fields';
import { renderId } from '../../core/job/ids';
import { isTerminal, type Job } from '../../core/job/job';
import type { Results } from '../../core/ports/gateway/results';
import { endReasonOf } from '../kit/end-reason';
import { applied, replayedOf } from '../kit/held';
import { openaiErrorSchema, renderOpenaiError } from '../kit/openai-error';
import { patienceOf } from '../kit/prefer';
import { idOf, show } from './render';
import { videoSchema } from './reply';
import { submitBodySchema } from './schema';
import { asked, create } from './submit';

/** Why there is no file, in the shape of every error of this API, and beside it the video. */
const noFileSchema = openaiErrorSchema.extend({ video: videoSchema });

/**
 * The create of vLLM-Omni's `POST /v1/videos/sync`, which answers the file itself. When the wait is over, 504 tells the
 * video, which goes on; one that ends without a file is told with its reason. None of these may be posted again by
 * itself, since that would make, and bill, another video.
 */
export const syncRoutes: readonly HttpRoute[] = [
  route({
    method: 'POST',
    path: '/v1/videos/sync',
    summary: 'Make a video and answer with its file',
    body: 'json-or-form',
    scope: 'generate',
    spends: true,
    request: submitBodySchema,
    query: noQuerySchema,
    files: ['video/mp4'],
    instead: noFileSchema,
    async handle(gateway, input) {
      const { principal, signal } = input;
      const max = gateway.heldMsMax;
      const patience = patienceOf(input.headers['prefer'], { unasked: max, max });
      const { jobId, ...created } = await create(gateway, input, () => asked(gateway, input));
      const replayed = replayedOf(created);
      const wait = { ms: patience.ms, signal };
      return {
        async later() {
          const held = await gateway.holdCreated(principal, jobId, 'ended', wait);
          if (!held) throw unreadable(jobId);
          const answer = await answerOf(gateway, input, held.job);
          const waited = { ...applied(patience, held.isHeld), ...replayed };
          return { ...answer, headers: { ...answer.headers, ...waited } };
        },
      };
    },
  }),
];

/** Makes the error where a video that was just made cannot be read, or was deleted since. */
const unreadable = (jobId: string): GatewayError =>
  new GatewayError('unavailable', {
    message: `The video ${renderId('video', jobId)} was made and cannot be read at this moment.`,
    retryable: false,
  });

async function answerOf(
  results: Results,
  { principal, signal }: Pick<RouteInput, 'principal' | 'signal'>,
  job: Job,
): Promise<Answer> {
  if (!isTerminal(job.state)) return notReady(results, job);
  const reason = endReasonOf(job);
  if (reason) return ended(results, job, { code: statusWord(reason.code), reason });
  try {
    const file = await results.content(principal, idOf(job), 'video', { method: 'GET', signal });
    return { ...file, headers: { ...file.headers, ...headersOf(job) } };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return ended(results, job, { code: error.code, reason: error });
  }
}

const headersOf = (job: Job): Record<string, string> => ({
  'x-model': job.model,
  'x-video-id': idOf(job),
  ...(job.startedAt === undefined || job.finishedAt === undefined
    ? {}
    : { 'x-inference-time-s': ((job.finishedAt - job.startedAt) / 1000).toFixed(3) }),
});

/** No code of the table means that an answer is late, since nothing is wrong with the request or with us. */
function notReady(results: Results, job: Job): Answer {
  const reason = {
    code: 'not_ready',
    message: `The video ${idOf(job)} is not ready yet. It goes on: read it at /v1/videos/${idOf(job)}.`,
  };
  return { ...ended(results, job, { code: 'unavailable', reason }), status: 504 };
}

/** Makes the answer where there is no file. */
function ended(
  results: Results,
  job: Job,
  { code, reason }: { code: ErrorCode; reason: { code: string; message: string } },
): Answer {
  const error = new GatewayError(code, { message: reason.message, retryable: false });
  const rendered = renderOpenaiError(error);
  const { error: told } = rendered.body as { error: object }; // what it renders
  return {
    ...rendered,
    headers: { ...rendered.headers, ...headersOf(job), location: `/v1/videos/${idOf(job)}` },
    body: { error: { ...told, code: reason.code }, video: show(results, job) },
  };
}

/** The kind of error that a video's own end is to a caller who waits for the file. */
function statusWord(code: FailureCode): ErrorCode {
  if (code === 'content_rejected' || code === 'invalid_input') return 'invalid_request';
  if (code === 'canceled') return 'conflict';
  return code === 'provider_busy' ? 'unavailable' : 'upstream';
}
