import { z } from 'zod';
import { openaiModels } from '../../src/providers/openai/models';
import type { Refusal } from '../kit/refusal';
import { isFile, type Body } from './body';
import { invalid } from './refusal';

/** What a create may say, by the model: OpenAI's page, vLLM-Omni's fields, and the words of a gateway of this kind. */

const number = (schema: z.ZodType<number>): z.ZodType<number> =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value),
    schema,
  );

const link = z.string().refine((text) => /^(https?:|data:)/.test(text), 'is no URL');
const PICTURES = ['image/jpeg', 'image/png', 'image/webp'];
/** A file, or exactly one of a link and the id of a stored file. */
const reference = z.unknown().refine((value) => {
  if (isFile(value)) return PICTURES.includes(value.mime);
  const object = z.strictObject({ image_url: link.optional(), file_id: z.string().optional() });
  const read = object.safeParse(value);
  return read.success && Object.keys(read.data).length === 1;
}, 'must be a picture, or have exactly one of image_url, file_id');

const sora = (sizes: readonly string[]) =>
  z.strictObject({
    model: z.string(),
    prompt: z.string().min(1).max(32_000),
    seconds: z.enum(['4', '8', '12']).default('4'),
    size: z.enum(sizes).default('720x1280'),
    input_reference: reference.optional(),
  });

/** Whatever else a form has is passed over there. */
const selfHosted = z.object({
  model: z.string(),
  prompt: z.string().min(1),
  seconds: number(z.int().min(1)).default(4),
  size: z
    .string()
    .regex(/^\d{2,4}x\d{2,4}$/)
    .default('832x480'),
  seed: number(z.int()).optional(),
  negative_prompt: z.string().optional(),
  fps: number(z.number().min(1).max(120)).optional(),
  num_inference_steps: number(z.int().min(1).max(200)).optional(),
  guidance_scale: number(z.number().min(0).max(20)).optional(),
  input_reference: z.union([reference, link]).optional(),
  image_reference: z.union([z.string(), z.object({ image_url: link })]).optional(),
  reference_url: link.optional(),
});

const frame = z.strictObject({
  frame_type: z.enum(['first_frame', 'last_frame']),
  image_url: link,
});
const input = z.strictObject({
  image_url: link.optional(),
  video_url: link.optional(),
  audio_url: link.optional(),
});
const reelay = z.strictObject({
  model: z.string(),
  prompt: z.string().min(1),
  duration: z.int().min(1).max(60).optional(),
  seconds: number(z.int().min(1).max(60)).optional(),
  resolution: z.enum(openaiModels['reelay']?.resolutions ?? []).default('720p'),
  aspect_ratio: z.enum(openaiModels['reelay']?.aspectRatios ?? []).default('16:9'),
  generate_audio: z.boolean().optional(),
  seed: z.int().min(-1).optional(),
  watermark: z.boolean().optional(),
  return_last_frame: z.boolean().optional(),
  frame_images: z.array(frame).max(2).optional(),
  input_references: z.array(input).max(50).optional(),
  request_id: z.string().max(200).optional(),
});

const SCHEMAS = {
  'sora-2': sora(['720x1280', '1280x720']),
  'sora-2-pro': sora([
    ...['720x1280', '1280x720', '1024x1792', '1792x1024'],
    ...['1080x1920', '1920x1080'],
  ]),
  'self-hosted': selfHosted,
  reelay,
};

/** What is asked for, of whatever model. */
export interface Asked {
  model: string;
  prompt: string;
  seconds: number;
  size: readonly [number, number];
  seed: number;
  isReelay: boolean;
  requestId?: string | undefined;
  lastFrame: boolean;
}

/** Names that are OpenAI's: it has two of them, and a server of one's own serves its model under any other. */
const OF_OPENAI = /^sora/;

/** Reads what a create asks for, or names the first thing that the model does not take. Undefined for no known model. */
export function askedOf({ fields }: Body): { asked: Asked } | { refused: Refusal } | undefined {
  const model = typeof fields['model'] === 'string' ? fields['model'] : 'sora-2';
  const said = { model, ...fields };
  switch (model) {
    case 'sora-2':
    case 'sora-2-pro':
      return read(SCHEMAS[model], said, ({ seconds, size, prompt }) => ({
        ...{ model, prompt, seconds: Number(seconds), size: sizeOf(size) },
        ...{ seed: 0, isReelay: false, lastFrame: false },
      }));
    case 'reelay':
      return read(reelay, said, (one) => ({
        ...{ model, prompt: one.prompt, seconds: one.duration ?? one.seconds ?? 5 },
        ...{ size: shapeOf(one.resolution, one.aspect_ratio), seed: one.seed ?? 0 },
        ...{ isReelay: true, lastFrame: one.return_last_frame ?? false },
        requestId: one.request_id,
      }));
    default:
      if (OF_OPENAI.test(model)) return undefined;
      return read(selfHosted, said, ({ seconds, size, prompt, seed = 0 }) => ({
        ...{ model, prompt, seconds, size: sizeOf(size), seed },
        ...{ isReelay: false, lastFrame: false },
      }));
  }
}

function read<Fields>(
  schema: z.ZodType<Fields>,
  said: Record<string, unknown>,
  asked: (fields: Fields) => Asked,
): { asked: Asked } | { refused: Refusal } {
  const parsed = schema.safeParse(said);
  return parsed.success ? { asked: asked(parsed.data) } : { refused: problemIn(parsed.error) };
}

function problemIn({ issues: [issue] }: z.ZodError): Refusal {
  if (issue?.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const message = `Unknown parameter: '${key}'.`;
    return { status: 400, code: 'unknown_parameter', message, param: key };
  }
  return invalid(issue?.path.join('.') ?? 'body', issue?.message ?? 'is wrong');
}

function sizeOf(text: string): readonly [number, number] {
  const [width = 0, height = 0] = text.split('x').map(Number);
  return [width, height];
}

function shapeOf(resolution: string, ratio: string): readonly [number, number] {
  const sizes = openaiModels['reelay']?.sizes[resolution];
  return sizes?.[ratio] ?? sizes?.['16:9'] ?? [1280, 720];
}
