import type { Capabilities } from '../../src/core/request/capabilities';
import type { SimulatedJob } from '../contract';
import type { Admission, NewTask } from '../kit/refusal';
import type { Mode } from '../../src/core/request/request';
import { arkModels, EXPIRES_AFTER_DEFAULT_SECONDS } from '../../src/providers/ark/models';
import { FLAGS } from '../../src/providers/ark/native-flags';
import { bodySchema, readBody, type Body } from './body';
import { contentProblem, fieldProblem, modeOf } from './checks';
import { limitedName } from './limits';
import { nearestRatio } from './media';
import { INPUT_SECONDS } from './task';
import { sizesOf } from './tokens';

/**
 * The create endpoint checks as the real one does: body fields strictly, prompt flags (`--rs 720p`) leniently, and
 * explicit nulls as absent values, because the Python SDK writes every unset field as null.
 */

/** Checks a create body. `findTask` serves `draft_task`, which names a finished draft of the same account. */
export function admit(
  bytes: Uint8Array,
  findTask: (id: string) => SimulatedJob | undefined,
): Admission {
  const read = readBody(bytes);
  if ('refused' in read) return read;
  const model = arkModels[read.body.model];
  if (!model) {
    const message = `The model or endpoint ${read.body.model} does not exist or you do not have access to it.`;
    return { refused: { status: 404, code: 'InvalidEndpointOrModel.NotFound', message } };
  }
  const mode = modeOf(read.body.content);
  if (typeof mode !== 'string') return mode;
  const body = withFlags(read.body, model, mode);
  const problem =
    contentProblem(body.content, mode, model, findTask) ?? fieldProblem(body, model, mode);
  return problem ? { refused: problem } : { task: taskOf(body, model, findTask) };
}

/** `--rs 720p --dur 5` at the end of the prompt: used where the body is silent, ignored where wrong. */
function withFlags(body: Body, model: Capabilities, mode: Mode): Body {
  const text = body.content.flatMap((item) => (item.type === 'text' ? [item.text] : [])).join(' ');
  return [...text.matchAll(/--(\w+) +(\S+)/g)].reduce((result, [, name = '', value = '']) => {
    const field = FLAGS[name];
    if (!field || result[field] != null) return result;
    const candidate = bodySchema.safeParse({ ...result, [field]: flagValue(value) });
    if (!candidate.success) return result;
    const wrong = fieldProblem(candidate.data, model, mode) !== undefined;
    return wrong ? result : candidate.data;
  }, body);
}

function flagValue(text: string): unknown {
  if (/^-?\d+$/.test(text)) return Number(text);
  return text === 'true' ? true : text === 'false' ? false : text;
}

function taskOf(
  body: Body,
  model: Capabilities,
  findTask: (id: string) => SimulatedJob | undefined,
): NewTask {
  const draftId = body.content.flatMap((i) =>
    i.type === 'draft_task' ? [i.draft_task.id] : [],
  )[0];
  const draft = draftId === undefined ? undefined : findTask(draftId);
  const resolution = body.resolution ?? (body.draft ? '480p' : model.resolutionDefault);
  const asked = body.ratio ?? draft?.data['ratio'];
  const ratios = sizesOf(body.model, resolution);
  const ratio =
    typeof asked === 'string' && ratios[asked] ? asked : nearestRatio(body.content, ratios);
  const size = ratios[ratio];
  if (!size) throw new Error(`no page has pixels of ${body.model} in ${ratio}`);
  const [width, height] = size;
  const prompt = body.content.flatMap((i) => (i.type === 'text' ? [i.text] : [])).join('\n');
  const frames = body.frames ?? undefined;
  return {
    model: limitedName(body.model, resolution),
    prompt,
    seconds: frames
      ? frames / model.fps
      : (body.duration ?? draft?.seconds ?? model.seconds.default),
    width,
    height,
    fps: model.fps,
    seed: body.seed ?? -1,
    ...(body.callback_url ? { callbackUrl: body.callback_url } : {}),
    data: echoOf(body, { model, resolution, ratio, frames, draftId }),
  };
}

/**
 * Gives what the input videos last here, since the simulator fetches none: five seconds each, and together no more than the
 * page of the create call takes.
 */
function inputSecondsOf({ model, content }: Body): number {
  const most = /seedance-2-5-/.test(model) ? 30 : 15;
  return Math.min(5 * content.filter(({ type }) => type === 'video_url').length, most);
}

function echoOf(
  body: Body,
  resolved: {
    model: Capabilities;
    resolution: string;
    ratio: string;
    frames: number | undefined;
    draftId: string | undefined;
  },
): Record<string, unknown> {
  const { model, resolution, ratio, frames, draftId } = resolved;
  return {
    model: body.model,
    resolution,
    ratio,
    ...(frames === undefined ? {} : { frames }),
    ...(model.audio ? { generate_audio: body.generate_audio ?? true, draft: !!body.draft } : {}),
    ...(draftId === undefined ? {} : { draft_task_id: draftId }),
    service_tier: body.service_tier ?? 'default',
    execution_expires_after: body.execution_expires_after ?? EXPIRES_AFTER_DEFAULT_SECONDS,
    priority: body.priority ?? 0,
    ...(body.safety_identifier ? { safety_identifier: body.safety_identifier } : {}),
    ...(body.tools?.length ? { tools: body.tools } : {}),
    ...(body.output_format ? { output_format: body.output_format } : {}),
    return_last_frame: body.return_last_frame ?? false,
    [INPUT_SECONDS]: inputSecondsOf(body),
  };
}
