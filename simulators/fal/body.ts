import { z } from 'zod';
import { parseBase64, parseJson } from '../kit/parse';
import type { Refusal } from '../kit/refusal';
import type { Endpoint, Kind } from './endpoints';
import { invalid } from './refusal';

/**
 * The inputs as the models take them, from the pages of the endpoints. A word that a model does not know is dropped in
 * silence; null is an absent value.
 */

const media = z.string().refine(isMedia, { error: 'Failed to download the file' });

function isMedia(text: string): boolean {
  if (/^https?:\/\//.test(text)) return URL.canParse(text);
  const base64 = /^data:[\w.+-]+\/[\w.+-]+;base64,(.+)$/s.exec(text)?.[1];
  return base64 !== undefined && parseBase64(base64) !== undefined;
}

const seed = z.int().nullish();
const boolean = z.boolean().nullish();

const veo = {
  prompt: z.string(),
  duration: z.enum(['4s', '6s', '8s']).nullish(),
  resolution: z.string().nullish(),
  negative_prompt: z.string().nullish(),
  generate_audio: boolean,
  seed,
  auto_fix: boolean,
  safety_tolerance: z.enum(['1', '2', '3', '4', '5', '6']).nullish(),
};
const shapes = z.enum(['auto', '16:9', '9:16']).nullish();

const KLING_SECONDS = Array.from({ length: 13 }, (_, index) => String(index + 3));
const kling = {
  prompt: z.string().max(2_500),
  duration: z.enum(KLING_SECONDS).nullish(),
  negative_prompt: z.string().max(2_500).nullish(),
  generate_audio: boolean,
  cfg_scale: z.number().min(0).max(1).nullish(),
};

const SEEDANCE_SECONDS = ['auto', ...Array.from({ length: 12 }, (_, index) => String(index + 4))];
const seedance = {
  prompt: z.string(),
  duration: z.enum(SEEDANCE_SECONDS).nullish(),
  resolution: z.string().nullish(),
  aspect_ratio: z.enum(['auto', '21:9', '16:9', '4:3', '1:1', '3:4', '9:16']).nullish(),
  generate_audio: boolean,
  seed,
  end_user_id: z.string().nullish(),
};

const SCHEMAS = {
  'veo-text': z.object({ ...veo, aspect_ratio: z.enum(['16:9', '9:16']).nullish() }),
  'veo-image': z.object({ ...veo, aspect_ratio: shapes, image_url: media }),
  'veo-frames': z.object({
    ...veo,
    aspect_ratio: shapes,
    first_frame_url: media,
    last_frame_url: media,
  }),
  'kling-text': z.object({ ...kling, aspect_ratio: z.enum(['16:9', '9:16', '1:1']).nullish() }),
  'kling-image': z.object({ ...kling, start_image_url: media, end_image_url: media.nullish() }),
  'seedance-text': z.object(seedance),
  'seedance-image': z.object({ ...seedance, image_url: media, end_image_url: media.nullish() }),
  'seedance-reference': z.object({
    ...seedance,
    image_urls: z.array(media).max(9).nullish(),
    video_urls: z.array(media).max(3).nullish(),
    audio_urls: z.array(media).max(3).nullish(),
  }),
} as const satisfies Record<Kind, z.ZodType>;

/** One input for all kinds: what a kind does not have is absent. */
export interface Body {
  prompt: string;
  duration?: string | null | undefined;
  resolution?: string | null | undefined;
  aspect_ratio?: string | null | undefined;
  generate_audio?: boolean | null | undefined;
  seed?: number | null | undefined;
  image_urls?: readonly string[] | null | undefined;
  video_urls?: readonly string[] | null | undefined;
  audio_urls?: readonly string[] | null | undefined;
}

/** Reads the input of an endpoint, or names the first field that its model refuses. */
export function readBody(
  { kind }: Endpoint,
  bytes: Uint8Array,
): { body: Body } | { refused: Refusal } {
  const json = parseJson(bytes);
  if (typeof json !== 'object' || json === null) {
    return { refused: invalid('', 'Input should be a valid dictionary', 'dict_type') };
  }
  const parsed = SCHEMAS[kind].safeParse(json);
  if (parsed.success) return { body: parsed.data };
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') ?? '';
  const isMissing = issue?.code === 'invalid_type' && !Object.hasOwn(json, field);
  return {
    refused: isMissing
      ? invalid(field, 'Field required', 'missing')
      : invalid(field, issue?.message ?? 'Invalid input', typeOf(issue)),
  };
}

/** Gives the type of a problem in the words of the library that the models use. */
function typeOf(issue: z.core.$ZodIssue | undefined): string {
  switch (issue?.code) {
    case 'invalid_value':
      return 'literal_error';
    case 'too_big':
      return issue.origin === 'string' ? 'string_too_long' : 'less_than_equal';
    case 'custom':
      return 'file_download_error';
    default:
      return 'value_error';
  }
}
