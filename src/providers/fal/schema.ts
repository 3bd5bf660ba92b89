import { z } from 'zod';
import { maybe, number } from '../../core/json/fields';
import { identifier } from '../kit';

/**
 * What we read of fal's replies, and its paths. Only what a look cannot do without is demanded: a field that changes its
 * kind must not cost a video that was paid for.
 */

const word = maybe(z.string());
const amount = maybe(number);

/** The answer to a submit; the addresses name the app under which the request is known. */
export const createdSchema = z.object({ request_id: identifier, status_url: word });

export const STATUSES = ['IN_QUEUE', 'IN_PROGRESS', 'COMPLETED'] as const;

/** What a look shows. `error` stands beside COMPLETED where the request failed. */
export const statusSchema = z.object({
  status: z.string(),
  request_id: maybe(identifier),
  error: word,
  error_type: word,
});
export type Status = z.infer<typeof statusSchema>;

/** What a model answers, as far as it is about a video. */
export const outputSchema = z.object({
  video: maybe(z.object({ url: word, width: amount, height: amount, duration: amount })),
  seed: amount,
});
export type OutputBody = z.infer<typeof outputSchema>;

/** A callback, which comes once a request is over. */
export const callbackSchema = z.object({ request_id: identifier });

/** An entry of the list that a model gives as the reason why it made nothing. */
export const problemSchema = z.object({
  type: word,
  msg: word,
  loc: maybe(z.array(z.union([z.string(), z.number()]))),
});
export type Problem = z.infer<typeof problemSchema>;

/** Errors of the queue have a text, and those of a model a list. */
export const errorSchema = z.object({
  detail: z.union([z.string().min(1), z.array(problemSchema).min(1)]),
  error_type: word,
});

/** A cancel and a look at nobody's request may be answered by this word alone. */
export const notFoundSchema = z.object({ status: z.literal('NOT_FOUND') });

/** Part of a path: no step of one, and nothing that ends it. */
const APP = /^(?:(?:workflows|comfy)\/)?(?!\.)[\w.-]+\/(?!\.)[\w.-]+$/;

/** The operation that this provider hands out: `GET /{app}/requests/{requestId}/status`. */
export const operationSchema = z.object({ app: z.string().regex(APP), requestId: identifier });

const NAMED = /\/((?:(?:workflows|comfy)\/)?[^/]+\/[^/]+)\/requests\/[^/]+\/status$/;

/**
 * Returns the app that an address of fal's names, `fal-ai/veo3.1`: the first two parts of an endpoint's id, or three where
 * the first is a namespace. Undefined for an address that is none.
 */
export function appAt(statusUrl: string | undefined): string | undefined {
  if (statusUrl === undefined || !URL.canParse(statusUrl)) return undefined;
  const app = NAMED.exec(new URL(statusUrl).pathname)?.[1];
  return app !== undefined && APP.test(app) ? app : undefined;
}

/** Returns the app of a model or an endpoint, by its id. */
export const appOf = (id: string): string =>
  id
    .split('/')
    .slice(0, /^(?:workflows|comfy)\//.test(id) ? 3 : 2)
    .join('/');

export type Aim = 'status' | 'cancel';

/** Returns the path of a request's result, `/fal-ai/veo3.1/requests/764cabcf-...`, or of what is done with it. */
export function pathOf(app: string, requestId: string, aim?: Aim): string {
  const path = `/${app}/requests/${encodeURIComponent(requestId)}`;
  return aim === undefined ? path : `${path}/${aim}`;
}
