import { z } from 'zod';
import { count, TEXT_LENGTH_MAX, URL_LENGTH_MAX } from '../../core/fields';

/**
 * The words of Ark's content generation tasks, as far as routing, price and echo need them. Nothing is refused here
 * that the provider can refuse: a value of another kind reads as absent, explicit null always does.
 */
const maybe = <T extends z.ZodType>(schema: T) =>
  schema
    .nullish()
    .transform((value) => value ?? undefined)
    .catch(undefined);

const word = maybe(z.string().min(1).max(TEXT_LENGTH_MAX));
const flag = maybe(z.boolean());

export const bodySchema = z.looseObject({
  content: maybe(z.array(z.unknown())),
  resolution: word,
  ratio: word,
  duration: maybe(z.number()),
  frames: maybe(z.int().positive()),
  generate_audio: flag,
  seed: maybe(z.int()),
  watermark: flag,
  camera_fixed: flag,
  return_last_frame: flag,
  draft: flag,
  service_tier: word,
  execution_expires_after: maybe(z.int()),
  safety_identifier: word,
});
export type Body = z.infer<typeof bodySchema>;

/** Long only where it is the file itself. */
const place = z.object({
  url: z.string().refine((url) => url.startsWith('data:') || url.length <= URL_LENGTH_MAX),
});

export const contentItemSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({
    type: z.literal('image_url'),
    image_url: place,
    role: maybe(z.enum(['first_frame', 'last_frame', 'reference_image'])),
  }),
  z.object({ type: z.literal('video_url'), video_url: place }),
  z.object({ type: z.literal('audio_url'), audio_url: place }),
]);
export type ContentItem = z.infer<typeof contentItemSchema>;

export const anySchema = z.unknown();
export const nothingSchema = z.undefined();
/** A query goes upstream as it came; only `model` of a look at a foreign id is ours to read. */
export const anyQuerySchema = z.looseObject({});
export const modelQuerySchema = z.looseObject({
  model: z.string().min(1).max(TEXT_LENGTH_MAX).optional(),
});
export type ModelQuery = z.infer<typeof modelQuerySchema>;

export const TASK_STATUSES = [
  'queued',
  'running',
  'cancelled',
  'succeeded',
  'failed',
  'expired',
] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

/** Repeated, as the SDKs write it, or one list with commas. */
const ids = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => [value].flat().flatMap((text) => text.split(',').filter((id) => id !== '')))
  .pipe(z.array(z.string()).max(500, 'has more than 500 ids'));

export const listQuerySchema = z.looseObject({
  page_num: count(1, 500).default(1),
  page_size: count(1, 500).default(20),
  'filter.status': z.enum(TASK_STATUSES).optional(),
  'filter.model': z.string().optional(),
  'filter.service_tier': z.string().default('default'),
  'filter.task_ids': ids.optional(),
});
export type ListQuery = z.infer<typeof listQuerySchema>;
