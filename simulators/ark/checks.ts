import type { Capabilities } from '../../src/core/request/capabilities';
import type { SimulatedJob } from '../contract';
import type { Mode } from '../../src/core/request/request';
import type { Refusal } from '../kit/refusal';
import type { Body, Content } from './body';
import { mediaProblem } from './media';
import { invalid } from './refusal';

/** These checks refuse what the create endpoint refuses in a body whose shape is right. */

export function modeOf(content: readonly Content[]): Mode | { refused: Refusal } {
  const roles = content.flatMap((item) =>
    item.type === 'text' || item.type === 'draft_task' ? [] : [roleOf(item)],
  );
  const has = (role: string): boolean => roles.includes(role);
  const reference = roles.some((role) => role.startsWith('reference_'));
  const frames = has('first_frame') || has('last_frame');
  if (reference && frames) {
    return { refused: invalid('content', 'mixes first/last frame content with reference media') };
  }
  if (reference) return 'reference';
  if (!frames) return 'text';
  if (!has('first_frame')) {
    return { refused: invalid('content', 'has a last frame without a first frame') };
  }
  return has('last_frame') ? 'first_last_frame' : 'first_frame';
}

/** A single image without a role is the first frame. */
function roleOf(item: Exclude<Content, { type: 'text' | 'draft_task' }>): string {
  if (item.type === 'video_url') return 'reference_video';
  if (item.type === 'audio_url') return 'reference_audio';
  return item.role ?? 'first_frame';
}

export function contentProblem(
  content: readonly Content[],
  mode: Mode,
  model: Capabilities,
  findTask: (id: string) => SimulatedJob | undefined,
): Refusal | undefined {
  const limits = model.modes[mode];
  if (!limits) return invalid('content', 'has inputs that this model does not take');
  const count = (type: Content['type']): number =>
    content.filter((item) => item.type === type).length;
  if (count('image_url') > limits.images) return invalid('content', 'has too many images');
  if (count('video_url') > limits.videos) return invalid('content', 'has too many videos');
  if (count('audio_url') > limits.audios) return invalid('content', 'has too many audios');
  const onlyAudio = mode === 'reference' && count('image_url') + count('video_url') === 0;
  if (onlyAudio && !limits.audioAlone) return invalid('content', 'has audio as its only reference');
  for (const [index, item] of content.entries()) {
    const problem = mediaProblem(item);
    if (problem) return invalid(`content[${String(index)}].${problem}`);
    if (item.type === 'draft_task' && !isFinishedDraft(findTask(item.draft_task.id))) {
      return invalid(`content[${String(index)}].draft_task.id`);
    }
  }
  return undefined;
}

function isFinishedDraft(job: SimulatedJob | undefined): boolean {
  return job?.state === 'succeeded' && job.data['draft'] === true;
}

/** Names the first field whose value this model does not take. */
export function fieldProblem(body: Body, model: Capabilities, mode: Mode): Refusal | undefined {
  for (const check of FIELD_CHECKS) {
    const problem = check(body, model, mode);
    if (problem) return problem;
  }
  return undefined;
}

type FieldCheck = (body: Body, model: Capabilities, mode: Mode) => Refusal | undefined;

const isSeedance1 = (body: Body): boolean => /seedance-1-/.test(body.model);
const isSeedance25 = (body: Body): boolean => /seedance-2-5-/.test(body.model);

const checkResolution: FieldCheck = (body, model) =>
  body.resolution && !model.resolutions.includes(body.resolution)
    ? invalid('resolution')
    : undefined;

const checkRatio: FieldCheck = (body, model, mode) => {
  if (!body.ratio) return undefined;
  if (!model.aspectRatios.includes(body.ratio)) return invalid('ratio');
  const offered = model.modes[mode]?.aspectRatios ?? model.aspectRatios;
  if (offered.includes(body.ratio)) return undefined;
  return {
    ...invalid('ratio', 'is not valid for this task type'),
    code: 'InvalidParameter.TaskTypeConstraint',
  };
};

const checkDuration: FieldCheck = (body, model) => {
  const { duration } = body;
  if (duration == null || (duration === -1 && model.seconds.auto)) return undefined;
  return duration < model.seconds.min || duration > model.seconds.max
    ? invalid('duration')
    : undefined;
};

const checkFrames: FieldCheck = (body) =>
  body.frames != null && (!/seedance-1-0-/.test(body.model) || (body.frames - 25) % 4 !== 0)
    ? invalid('frames')
    : undefined;

const checkSeed: FieldCheck = (body, model) =>
  body.seed != null && body.seed !== -1 && (!model.seed || body.seed > model.seed.max)
    ? invalid('seed')
    : undefined;

const FIELD_CHECKS: readonly FieldCheck[] = [
  checkResolution,
  checkRatio,
  checkDuration,
  checkFrames,
  checkSeed,
  (body, model, mode) => {
    // No page says this of 2.5; a public project had it as the answer ("must be empty").
    if (isSeedance25(body) && body.camera_fixed != null) {
      return invalid('camera_fixed', 'must be empty');
    }
    return body.camera_fixed && (!model.cameraFixed || mode === 'reference')
      ? invalid('camera_fixed')
      : undefined;
  },
  (body, model) => (body.generate_audio && !model.audio ? invalid('generate_audio') : undefined),
  (body, model) =>
    body.service_tier && !model.serviceTiers.includes(body.service_tier)
      ? invalid('service_tier')
      : undefined,
  (body) => (body.priority && isSeedance1(body) ? invalid('priority') : undefined),
  (body) => (body.tools?.length && isSeedance1(body) ? invalid('tools') : undefined),
  (body) =>
    body.output_format === 'mov' && !isSeedance25(body) ? invalid('output_format') : undefined,
  (body) => (body.draft ? draftProblem(body) : undefined),
  (body) => (body.omni_reference_task_type ? taskTypeProblem(body) : undefined),
];

function draftProblem(body: Body): Refusal | undefined {
  if (!/seedance-(1-5|2-5)-/.test(body.model)) return invalid('draft');
  if (body.resolution && body.resolution !== '480p') return invalid('resolution');
  if (body.return_last_frame) return invalid('return_last_frame');
  return body.service_tier === 'flex' ? invalid('service_tier') : undefined;
}

function taskTypeProblem(body: Body): Refusal | undefined {
  const type = body.omni_reference_task_type;
  if (!isSeedance25(body)) return invalid('omni_reference_task_type');
  if (type !== 'edit' && type !== 'extend') return undefined;
  const constraint = (param: string): Refusal => ({
    ...invalid(param, `is not valid for task type ${type}`),
    code: 'InvalidParameter.TaskTypeConstraint',
  });
  if (!body.content.some((item) => item.type === 'video_url')) return constraint('content');
  if (body.ratio && body.ratio !== 'adaptive') return constraint('ratio');
  return type === 'edit' && body.duration !== -1 ? constraint('duration') : undefined;
}
