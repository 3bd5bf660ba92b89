import type { z } from 'zod';
import { MEDIA_MAX } from '../../src/core/json/fields';
import { MODES } from '../../src/core/request/request';
import * as unified from '../../src/dialects/unified-video/schema';
import * as generations from '../../src/dialects/video-generations/schema';
import * as videos from '../../src/dialects/videos/schema';
import { providers } from '../../src/providers';

/** An endpoint that counts lower than a model would refuse what is offered; the model's own limit is the catalog's. */

const ENDPOINTS: [endpoint: string, schema: z.ZodType, field: string][] = [
  ['/v1/videos', videos.submitBodySchema, 'reference_images'],
  ['/v1/video/generations', generations.submitBodySchema, 'images'],
  ['/unified-video/generate', unified.generateBodySchema, 'images'],
  ['/unified-video/generate', unified.generateBodySchema, 'referenceVideoUrls'],
];

const bodyOf = (field: string, count: number) => ({
  model: 'clip',
  prompt: 'a cat',
  [field]: Array.from({ length: count }, (_, index) => `https://media.example/${String(index)}`),
});

test('no model takes more than a list of media may have', () => {
  const models = Object.values(providers).flatMap((provider) => Object.values(provider.models));
  const counts = models.flatMap(({ modes }) =>
    MODES.flatMap((mode) => {
      const { images = 0, videos: clips = 0, audios = 0 } = modes[mode] ?? {};
      return [images, clips, audios];
    }),
  );
  expect(Math.max(...counts)).toBeGreaterThan(20);
  expect(Math.max(...counts)).toBeLessThanOrEqual(MEDIA_MAX);
});

test.each(ENDPOINTS)('%s takes a list of that length', (_endpoint, schema, field) => {
  expect(schema.safeParse(bodyOf(field, MEDIA_MAX)).error).toBeUndefined();
  expect(schema.safeParse(bodyOf(field, MEDIA_MAX + 1)).success).toBe(false);
});
