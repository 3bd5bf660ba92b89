import type { SimulatedJob, World } from '../contract';
import { seesHttps } from './account';
import { countTokens } from './tokens';

/** How a job is shown: as an interaction, or as a long running operation of either wire. */

/** Omni's words for the simulated states. A background interaction is in progress from its create on. */
const STATUS: Readonly<Record<SimulatedJob['state'], string>> = {
  queued: 'in_progress',
  running: 'in_progress',
  succeeded: 'completed',
  failed: 'failed',
  policy: 'completed',
  canceled: 'cancelled',
  expired: 'incomplete',
};

const REFUSAL = 'I cannot generate this video, as it may violate the usage guidelines.';

const timeOf = (ms: number): string => new Date(ms).toISOString();

/** Renders what the create of an interaction answers. */
export const renderNewInteraction = (job: SimulatedJob): Record<string, unknown> => ({
  id: job.id,
  object: 'interaction',
  ...(job.word === null ? {} : { status: job.word ?? STATUS[job.state] }),
  model: job.data['model'],
  created: timeOf(job.createdAt),
  updated: timeOf(job.updatedAt),
});

/** Renders an interaction as a look shows it. */
export function renderInteraction(job: SimulatedJob, world: World): Record<string, unknown> {
  const isDone = job.state === 'succeeded';
  const uri = isDone ? fileUriOf(job, world) : undefined;
  const text = job.state === 'policy' ? [{ type: 'text', text: REFUSAL }] : [];
  const video = uri === undefined ? [] : [{ type: 'video', mime_type: 'video/mp4', uri }];
  const hasEnded = isDone || job.state === 'policy';
  return {
    ...renderNewInteraction(job),
    ...(hasEnded
      ? {
          steps: [
            { type: 'user_input', content: [] },
            { type: 'model_output', content: [...text, ...video] },
          ],
          usage: usageOf(job, isDone),
        }
      : {}),
    ...(job.state === 'failed'
      ? { errors: [{ code: 'internal', message: 'The model could not generate the video.' }] }
      : {}),
  };
}

function usageOf(job: SimulatedJob, isDone: boolean): Record<string, unknown> {
  const tokens = job.usage ?? countTokens(String(job.data['resolution']), job.seconds);
  const video = isDone ? [{ modality: 'video', tokens }] : [];
  return {
    output_tokens_by_modality: [{ modality: 'text', tokens: isDone ? 0 : 24 }, ...video],
  };
}

/** What the simulator's own files have as their host; a link that leads elsewhere is given as it is. */
const LOOPBACK = '127.0.0.1';

/**
 * Gives the link to the file of a job on the Gemini API, which a key opens. Google's own client reads the file's id out of a
 * link with `https:` alone; it asks for the file at its own base URL.
 */
export function fileUriOf(job: SimulatedJob, world: World): string | undefined {
  const url = world.mediaUrl(job, 'video');
  if (url === undefined) return undefined;
  const { origin, hostname } = new URL(url);
  if (hostname !== LOOPBACK) return url;
  const at = seesHttps(job.account) ? origin.replace('http:', 'https:') : origin;
  return `${at}/google/v1beta/files/${fileIdOf(job.id)}:download?alt=media`;
}

/** A file's name has small letters and digits alone. */
export const fileIdOf = (jobId: string): string => Buffer.from(jobId).toString('hex');

/** Finds the job that a file is of. */
export const jobIdOf = (fileId: string): string => Buffer.from(fileId, 'hex').toString('utf8');

/** What google.rpc.Status says of the ends without a video. */
const ERRORS: Readonly<Partial<Record<SimulatedJob['state'], { code: number; message: string }>>> =
  {
    failed: { code: 13, message: 'Video generation failed due to an internal server issue.' },
    expired: { code: 4, message: 'Deadline exceeded.' },
    canceled: { code: 1, message: 'The operation was cancelled.' },
  };

const FILTERED = {
  raiMediaFilteredCount: 1,
  raiMediaFilteredReasons: [
    'Veo could not generate videos because the output violated the usage guidelines. Support codes: 58061214',
  ],
};

/** Gives the full name of a job's operation. */
export const nameOf = ({ id, data }: SimulatedJob): string =>
  `${String(data['parent'])}/operations/${id}`;

/** Renders an operation. What is not done has no word for it, and nobody sees whether it waits or runs. */
export function renderOperation(job: SimulatedJob, world: World): Record<string, unknown> {
  const name = nameOf(job);
  if (job.state === 'queued' || job.state === 'running') return { name };
  const done = job.word === null ? {} : { done: true };
  const error = ERRORS[job.state];
  if (error) return { name, ...done, error };
  const isOnVertex = job.data['kind'] === 'vertex';
  return { name, ...done, response: (isOnVertex ? vertexResponse : geminiResponse)(job, world) };
}

function geminiResponse(job: SimulatedJob, world: World): Record<string, unknown> {
  const uri = job.state === 'succeeded' ? fileUriOf(job, world) : undefined;
  return {
    '@type': 'type.googleapis.com/google.ai.generativelanguage.v1beta.PredictLongRunningResponse',
    generateVideoResponse:
      job.state === 'policy'
        ? FILTERED
        : { generatedSamples: uri === undefined ? [] : [{ video: { uri } }] },
  };
}

function vertexResponse(job: SimulatedJob, world: World): Record<string, unknown> {
  return {
    '@type': 'type.googleapis.com/cloud.ai.large_models.vision.GenerateVideoResponse',
    ...(job.state === 'policy' ? FILTERED : { raiMediaFilteredCount: 0 }),
    ...(job.state === 'succeeded' ? { videos: videosOf(job, world) } : {}),
  };
}

/** A video stands in the bucket that the create named, or in the reply. */
function videosOf(job: SimulatedJob, world: World): Record<string, unknown>[] {
  if (world.mediaUrl(job, 'video') === undefined) return [];
  const { storageUri } = job.data;
  const mimeType = 'video/mp4';
  if (typeof storageUri === 'string') {
    return [{ gcsUri: `${storageUri.replace(/\/$/, '')}/${job.id}/sample_0.mp4`, mimeType }];
  }
  return [{ bytesBase64Encoded: Buffer.from(world.clip()).toString('base64'), mimeType }];
}

/** Writes the callback about an interaction that has ended; of one that goes on there is none. */
export function renderEvent(job: SimulatedJob, now: number): string | undefined {
  const event = EVENTS[job.state];
  if (job.data['kind'] !== 'interaction' || event === undefined) return undefined;
  return JSON.stringify({
    type: `interaction.${event}`,
    version: 'v1',
    timestamp: timeOf(now),
    data: { id: job.id },
  });
}

const EVENTS: Readonly<Partial<Record<SimulatedJob['state'], string>>> = {
  succeeded: 'completed',
  policy: 'completed',
  failed: 'failed',
  expired: 'failed',
  canceled: 'cancelled',
};
