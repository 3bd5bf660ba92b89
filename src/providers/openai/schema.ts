import { z } from 'zod';
import { maybe } from '../../core/json/fields';
import { identifier } from '../kit';

/**
 * The operation that this provider hands out. `id` is what is asked for at `GET /videos/{id}`. A server that holds the
 * create until the end has told it there: the link, or why there is none, which no later look would show. `cost` is what the
 * create told, in dollars.
 */
export const operationSchema = z
  .object({
    id: maybe(identifier),
    url: maybe(z.string()),
    error: maybe(z.object({ code: maybe(z.string()), message: maybe(z.string()) })),
    cost: maybe(z.string()),
  })
  .refine(({ id, url, error }) => id !== undefined || url !== undefined || error !== undefined);

/** Returns the path of a video, `/videos/video_abc`. */
export const pathOf = (id: string): string => `/videos/${encodeURIComponent(id)}`;

/** Returns the path of its file. */
export const contentOf = (id: string): string => `${pathOf(id)}/content`;

/** A list that every server of this wire has, also one without videos to list. */
export const MODELS = '/models';

type Json = Readonly<Record<string, unknown>>;

/** Returns a value as an object; undefined where it is none. */
export const objectOf = (value: unknown): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Json) // what JSON calls an object
    : undefined;

/** Returns a text that says something; undefined for any other value. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** Returns a number, also where it stands in a text such as `"4"`; undefined for what is none. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
