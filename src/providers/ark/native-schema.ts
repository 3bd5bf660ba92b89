import { z } from 'zod';
import { maybe, TEXT_LENGTH_MAX, URL_LENGTH_MAX } from '../../core/json/fields';
import { isStorable } from '../../core/text';

/**
 * The words of a create body as callers of Ark write it, as far as price and echo need them. Nothing is refused here
 * that the provider can refuse: a value of another kind reads as absent, explicit null always does.
 */
const word = maybe(z.string().min(1).max(TEXT_LENGTH_MAX).refine(isStorable));
const flag = maybe(z.boolean());

export const nativeBodySchema = z.looseObject({
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
export type NativeBody = z.infer<typeof nativeBodySchema>;

/** Long only where it is the file itself. */
const place = z.object({
  url: z
    .string()
    .refine((url) => url.startsWith('data:') || (url.length <= URL_LENGTH_MAX && isStorable(url))),
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
