import { z } from 'zod';
import { HTTPS } from '../kit/https';
import { parseBase64, parseJson } from '../kit/parse';
import type { Refusal } from '../kit/refusal';
import { invalid, refusalOf } from './refusal';

/**
 * The create body as the API takes it: no word beside its own, and an input that fits the schema of its model. A word of an
 * input that the model does not know is passed over.
 */

const media = z.string().refine(isMedia, { error: 'Does not match format "uri"' });

function isMedia(text: string): boolean {
  if (/^https?:\/\//.test(text)) return URL.canParse(text);
  const base64 = /^data:[\w.+-]+\/[\w.+-]+;base64,(.+)$/s.exec(text)?.[1];
  return base64 !== undefined && parseBase64(base64) !== undefined;
}

const bodySchema = z.strictObject({
  version: z.string().nullish(),
  input: z.record(z.string(), z.unknown()),
  // HTTP is taken on this machine alone, where the real one reaches nobody.
  webhook: z.string().regex(HTTPS, 'must be an HTTPS URL').nullish(),
  webhook_events_filter: z.array(z.enum(['start', 'output', 'logs', 'completed'])).nullish(),
  stream: z.boolean().nullish(),
});

const veo = z.object({
  prompt: z.string(),
  aspect_ratio: z.enum(['16:9', '9:16']).default('16:9'),
  duration: z.union([z.literal(4), z.literal(6), z.literal(8)]).default(8),
  image: media.optional(),
  last_frame: media.optional(),
  reference_images: z.array(media).max(3).default([]),
  negative_prompt: z.string().optional(),
  resolution: z.enum(['720p', '1080p']).default('1080p'),
  generate_audio: z.boolean().default(true),
  seed: z.int().optional(),
});

const kling = z.object({
  prompt: z.string().max(2_500),
  negative_prompt: z.string().max(2_500).optional(),
  start_image: media.optional(),
  end_image: media.optional(),
  mode: z.enum(['standard', 'pro', '4k']).default('pro'),
  aspect_ratio: z.enum(['16:9', '9:16', '1:1']).default('16:9'),
  duration: z.int().min(3).max(15).default(5),
  generate_audio: z.boolean().default(false),
});

const seedance = z.object({
  prompt: z.string(),
  image: media.optional(),
  last_frame_image: media.optional(),
  duration: z.int().min(2).max(12).default(5),
  resolution: z.enum(['480p', '720p', '1080p']).default('1080p'),
  aspect_ratio: z.enum(['16:9', '4:3', '1:1', '3:4', '9:16', '21:9', '9:21']).default('16:9'),
  fps: z.literal(24).default(24),
  camera_fixed: z.boolean().default(false),
  seed: z.int().optional(),
});

const MODELS = {
  'google/veo-3.1': veo,
  'kwaivgi/kling-v3-video': kling,
  'bytedance/seedance-1-pro': seedance,
} as const;
export type ModelName = keyof typeof MODELS;
export const MODEL_NAMES = Object.keys(MODELS) as readonly ModelName[]; // the table is closed

/** One input for all models: what a model does not have is absent. */
export interface ModelInput {
  prompt: string;
  duration: number;
  aspect_ratio: string;
  resolution?: string | undefined;
  mode?: string | undefined;
  seed?: number | undefined;
  /** The frames and references, by what the model calls them. */
  image?: string | undefined;
  last_frame?: string | undefined;
  last_frame_image?: string | undefined;
  start_image?: string | undefined;
  end_image?: string | undefined;
  reference_images?: readonly string[] | undefined;
}

export interface ReadBody {
  model: ModelName;
  input: ModelInput;
  webhook?: string | undefined;
  events?: readonly string[] | undefined;
}

/** Reads a create body; `named` is the model of the path, which a body with a version names itself. */
export function readBody(
  named: string | undefined,
  bytes: Uint8Array,
): ReadBody | { refused: Refusal } {
  const { data: body, error } = bodySchema.safeParse(parseJson(bytes));
  if (!body) {
    const [issue] = error.issues;
    const text = `${issue?.path.join('.') || '(root)'}: ${issue?.message ?? 'is invalid'}`;
    return { refused: refusalOf(422, 'Request validation failed', text) };
  }
  const wanted = named ?? body.version ?? '';
  const model = MODEL_NAMES.find((name) => name === wanted);
  if (!model) return { refused: named === undefined ? noVersion() : noModel() };
  const { data: input, error: wrong } = MODELS[model].safeParse(body.input);
  if (!input) {
    const [issue] = wrong.issues;
    return { refused: invalid(issue?.path.join('.') ?? '', issue?.message ?? 'is invalid') };
  }
  const { webhook, webhook_events_filter: events } = body;
  return {
    model,
    input,
    ...(webhook == null ? {} : { webhook }),
    ...(events == null ? {} : { events }),
  };
}

const noModel = (): Refusal =>
  refusalOf(404, 'Not found', 'The requested resource could not be found.');

const noVersion = (): Refusal =>
  refusalOf(
    422,
    'Invalid version or not permitted',
    "The specified version does not exist (or perhaps you don't have permission to use it?)",
  );
