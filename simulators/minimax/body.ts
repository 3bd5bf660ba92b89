import { z } from 'zod';
import { parseBase64, parseJson } from '../kit/parse';
import type { Refusal } from '../kit/refusal';
import { invalid } from './refusal';

/** The body of a create on the newer wire, as the service takes it. Unknown keys are ignored [?]. */

/** A link, a file of the account's, or a data URL of that kind. */
const sourceOf = (kind: 'image' | 'video' | 'audio') =>
  z.object({ url: z.string().refine((text) => isSource(text, kind), { error: 'is no source' }) });

/** Says whether a text is a link, or a data URL of a picture, video or sound; of an account's file with `mm_file://`. */
export function isSource(text: string, kind: 'image' | 'video' | 'audio'): boolean {
  if (/^https?:\/\//.test(text)) return URL.canParse(text);
  if (/^mm_file:\/\/\S+$/.test(text)) return true;
  const [, type, base64 = ''] = /^data:(\w+)\/[\w.+-]+;base64,(.+)$/s.exec(text) ?? [];
  return type === kind && parseBase64(base64) !== undefined;
}

const contentSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({
    type: z.literal('image_url'),
    image_url: sourceOf('image'),
    role: z.enum(['first_frame', 'last_frame', 'reference_image']).default('first_frame'),
  }),
  z.object({
    type: z.literal('video_url'),
    video_url: sourceOf('video'),
    role: z.literal('reference_video'),
  }),
  z.object({
    type: z.literal('audio_url'),
    audio_url: sourceOf('audio'),
    role: z.literal('reference_audio'),
  }),
]);

export const RATIOS = ['adaptive', '21:9', '16:9', '4:3', '1:1', '3:4', '9:16'] as const;

const bodySchema = z.object({
  model: z.string().min(1),
  content: z.array(contentSchema).min(1),
  /** Small letters are refused: `768p` is none. */
  resolution: z.enum(['480P', '768P', '2K']),
  /** A text is refused. */
  duration: z.int(),
  ratio: z.enum(RATIOS).nullish(),
  callback_url: z.url({ protocol: /^https?$/ }).nullish(),
  aigc_watermark: z.boolean().nullish(),
  extra: z
    .object({ prompt_expansion_mode: z.enum(['disabled', 'balanced', 'quality']).nullish() })
    .nullish(),
});
export type Body = z.infer<typeof bodySchema>;

export function readBody(bytes: Uint8Array): { body: Body } | { refused: Refusal } {
  return readAs(bodySchema, bytes);
}

/** Reads a body by its schema, or says which parameter is wrong with it. */
export function readAs<T>(
  schema: z.ZodType<T>,
  bytes: Uint8Array,
): { body: T } | { refused: Refusal } {
  const { data, error } = schema.safeParse(parseJson(bytes));
  if (data !== undefined) return { body: data };
  const path = error?.issues[0]?.path.join('.') ?? '';
  return { refused: path === '' ? invalid('body', 'is not a JSON object') : invalid(path) };
}
