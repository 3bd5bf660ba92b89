import { z } from 'zod';
import { maybe, number } from '../../core/json/fields';
import { jsonCall, type Call } from '../../core/provider/exchange';
import { identifier } from '../kit';

/**
 * What we read of Runway's replies, and its paths. Only what a look cannot do without is demanded: a field that changes its
 * kind must not cost a video that was paid for.
 */

const word = maybe(z.string());

export const STATUSES = [
  'PENDING',
  'THROTTLED',
  'RUNNING',
  'SUCCEEDED',
  'FAILED',
  'CANCELLED',
] as const;

/** A task as GET shows it; `cost` is there when it is over. */
export const taskSchema = z.object({
  id: identifier,
  status: z.string(),
  /** 0 to 1. */
  progress: maybe(number),
  output: z.unknown().optional(),
  failure: word,
  failureCode: word,
  cost: maybe(z.object({ credits: maybe(number) })),
});
export type Task = z.infer<typeof taskSchema>;

/** What a submit cannot do without. */
export const createdSchema = z.object({ id: identifier });

/** Errors have a text, the parameters at fault where it is about a body, and most of them the address of a page. */
export const errorSchema = z.object({
  error: z.string().min(1),
  issues: maybe(z.array(z.object({ path: maybe(z.array(z.unknown())), message: word }))),
  docUrl: word,
});

/** The operation that this provider hands out: `GET /v1/tasks/{taskId}`. */
export const operationSchema = z.object({ taskId: identifier });

export const TEXT_TO_VIDEO = '/v1/text_to_video';
export const IMAGE_TO_VIDEO = '/v1/image_to_video';
export const ORGANIZATION = '/v1/organization';
export const taskAt = (taskId: string): string => `/v1/tasks/${encodeURIComponent(taskId)}`;

/** The version of the API that is spoken here. A call without one is refused; an old one is served for months. */
const VERSION = '2024-11-06';

/** Returns a call with the header that says which version it speaks. */
export const callTo = (
  method: Call['method'],
  path: string,
  { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
): Call => jsonCall(method, path, body, { 'x-runway-version': VERSION, ...headers });
