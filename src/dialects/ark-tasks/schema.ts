import { z } from 'zod';
import { count, TEXT_LENGTH_MAX } from '../../core/json/fields';
import { NOT_STORABLE, isStorable } from '../../core/text';

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

/** Looked for in the rows, where no other text can be. */
const word = z.string().refine(isStorable, NOT_STORABLE);

/** Repeated, as the SDKs write it, or one list with commas. */
const ids = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => [value].flat().flatMap((text) => text.split(',').filter((id) => id !== '')))
  .pipe(z.array(z.string()).max(500, 'has more than 500 ids'));

export const listQuerySchema = z.looseObject({
  page_num: count(1, 500).default(1),
  page_size: count(1, 500).default(20),
  'filter.status': z.enum(TASK_STATUSES).optional(),
  'filter.model': word.optional(),
  'filter.service_tier': word.default('default'),
  'filter.task_ids': ids.optional(),
});
export type ListQuery = z.infer<typeof listQuerySchema>;
