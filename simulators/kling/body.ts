import { z } from 'zod';
import type { Kind } from '../../src/providers/kling/schema';
import { parseBase64, parseJson } from '../kit/parse';
import type { Refusal } from '../kit/refusal';
import { invalid, refusalOf } from './refusal';

/** The create bodies as the service takes them. Null is an absent value, unknown keys are ignored [?]. */

/** The schema of a picture: a link, or bare base64 of a PNG or JPEG; a data URL is refused. */
export const source = z.string().refine((text) => isLink(text) || isPicture(text), {
  error: 'is neither a link nor base64 of a jpg or png',
});

function isLink(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text);
}

function isPicture(text: string): boolean {
  const start = parseBase64(text)?.subarray(0, 8).toString('hex') ?? '';
  return /^(89504e470d0a1a0a|ffd8ff)/.test(start);
}

const PROMPT_LENGTH_MAX = 2_500;
const prompt = z.string().max(PROMPT_LENGTH_MAX);

const common = {
  prompt: prompt.nullish(),
  negative_prompt: prompt.nullish(),
  mode: z.enum(['std', 'pro', '4k']).nullish(),
  aspect_ratio: z.enum(['16:9', '9:16', '1:1']).nullish(),
  /** A number is refused: the page says text. */
  duration: z
    .string()
    .regex(/^\d{1,2}$/)
    .nullish(),
  sound: z.enum(['on', 'off']).nullish(),
  watermark_info: z.object({ enabled: z.boolean() }).nullish(),
  callback_url: z.url({ protocol: /^https?$/ }).nullish(),
  /** An empty text, as the examples of the pages have it, is no id [?]. */
  external_task_id: z.string().nullish(),
  multi_shot: z.boolean().nullish(),
  shot_type: z.string().nullish(),
  multi_prompt: z.array(z.object({ duration: z.string() })).nullish(),
};

const textSchema = z.object({ ...common, model_name: z.string().default('kling-v1') });

const imageSchema = z.object({
  ...common,
  model_name: z.string().default('kling-v1'),
  image: source.nullish(),
  image_tail: source.nullish(),
});

const multiImageSchema = z.object({
  ...common,
  model_name: z.string().default('kling-v1-6'),
  image_list: z
    .array(z.object({ image: source }))
    .min(1)
    .max(4),
});

const omniSchema = z.object({
  ...common,
  model_name: z.string().default('kling-video-o1'),
  image_list: z
    .array(z.object({ image_url: source, type: z.enum(['first_frame', 'end_frame']).nullish() }))
    .nullish(),
  video_list: z
    .array(
      z.object({
        video_url: z.url({ protocol: /^https?$/ }),
        refer_type: z.enum(['feature', 'base']).nullish(),
        keep_original_sound: z.enum(['yes', 'no']).nullish(),
      }),
    )
    .max(1)
    .nullish(),
});

const SCHEMAS = {
  text2video: textSchema,
  image2video: imageSchema,
  'multi-image2video': multiImageSchema,
  'omni-video': omniSchema,
} as const satisfies Record<Kind, z.ZodType>;

/** One body for all kinds: what a kind does not have is absent. */
export type Body = z.infer<typeof textSchema> &
  Partial<Pick<z.infer<typeof imageSchema>, 'image' | 'image_tail'>> & {
    image_list?: readonly { type?: string | null | undefined }[] | null | undefined;
    video_list?: z.infer<typeof omniSchema>['video_list'];
  };

/** Reads the body of a create of that kind, or says what is wrong with its shape. */
export function readBody(
  kind: Kind,
  bytes: Uint8Array,
): { body: Body; raw: Readonly<Record<string, unknown>> } | { refused: Refusal } {
  const raw = z.record(z.string(), z.unknown()).safeParse(parseJson(bytes));
  if (!raw.success) return { refused: refusalOf(1200, 'the body is not a JSON object') };
  const parsed = SCHEMAS[kind].safeParse(raw.data);
  if (parsed.success) return { body: parsed.data, raw: raw.data };
  const issue = parsed.error.issues[0];
  return { refused: invalid(issue?.path.join('.') ?? 'body', issue?.message) };
}
