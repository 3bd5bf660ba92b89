import { z } from 'zod';
import { maybe, number } from '../../core/json/fields';
import { identifier } from '../kit';

/**
 * What we read of Replicate's replies, and its paths. Only what a look cannot do without is demanded: a field that changes
 * its kind must not cost a video that was paid for.
 */

const word = maybe(z.string());

export const STATUSES = [
  'starting',
  'processing',
  'succeeded',
  'failed',
  'canceled',
  'aborted',
] as const;

/** A prediction as create, GET, cancel and callback show it. */
export const predictionSchema = z.object({
  id: identifier,
  status: z.string(),
  error: z.unknown().optional(),
  output: z.unknown().optional(),
  data_removed: maybe(z.boolean()),
  /** The time at which it began; null until then, which is another thing than not told. */
  started_at: z.string().nullable().optional().catch(undefined),
  metrics: maybe(z.object({ video_output_duration_seconds: maybe(number) })),
});
export type Prediction = z.infer<typeof predictionSchema>;

/** What a submit cannot do without. */
export const createdSchema = z.object({ id: identifier });

/** Errors have a title, a text and their status; of too many requests the text may come alone. */
export const errorSchema = z.object({
  title: word,
  detail: z.string().min(1),
  status: maybe(z.int()),
  invalid_fields: maybe(z.array(z.object({ field: word, description: word }))),
});

/** The operation that this provider hands out: `GET /predictions/{predictionId}`. */
export const operationSchema = z.object({ predictionId: identifier });

/** Returns the path of all predictions, of one, or of what is done with it. */
export function pathOf(predictionId?: string, aim?: 'cancel'): string {
  if (predictionId === undefined) return '/predictions';
  const path = `/predictions/${encodeURIComponent(predictionId)}`;
  return aim === undefined ? path : `${path}/${aim}`;
}

/** `owner/name:version`, or a version alone. */
const VERSION = /^(?:[\w.-]+\/[\w.-]+:)?[0-9a-f]{64}$/;

/**
 * Says where a prediction of a model is made. An official model has a path, `/models/google/veo-3.1/predictions`, and so has a
 * deployment of one's own, `deployments/acme/veo`; a version goes into the body.
 */
export function createAt(model: string): { path: string; version?: string } {
  if (VERSION.test(model)) return { path: pathOf(), version: model };
  const owned = model.startsWith('deployments/') ? model : `models/${model}`;
  return { path: `/${owned.split('/').map(encodeURIComponent).join('/')}/predictions` };
}
