import { z } from 'zod';
import type { Door } from '../../../src/providers/kling/newer/schema';
import { parseJson } from '../../kit/parse';
import type { Refusal } from '../../kit/refusal';
import { source } from '../body';
import { invalid, refusalOf } from '../refusal';

/**
 * The create bodies of the newer wire as the service takes them: a field that it does not know, or finds in another place,
 * is dropped without a word, and its default taken instead.
 */

const link = z.url({ protocol: /^https?$/ });
const id = z.string().nullish();

/** What a create may be made of; the doors differ in which of these they take. */
const item = z.discriminatedUnion('type', [
  z.object({ type: z.literal('prompt'), text: z.string().min(1) }),
  z.object({ type: z.enum(['first_frame', 'last_frame']), url: source }),
  z.object({ type: z.literal('refer_image'), url: source, id }),
  z.object({ type: z.enum(['feature_video', 'base_video']), url: link, id }),
  z.object({ type: z.literal('element'), element_id: z.union([z.int(), z.string()]), id }),
  z.object({ type: z.literal('voice'), voice_id: z.string(), id }),
]);
export type Item = z.infer<typeof item>;

const settings = z.object({
  resolution: z.enum(['720p', '1080p', '4k']).default('720p'),
  aspect_ratio: z.enum(['16:9', '9:16', '1:1']).optional(),
  /** A text is refused: the page says a number. */
  duration: z.int().default(5),
  /** A boolean is refused. */
  audio: z.enum(['native', 'original', 'off']).optional(),
  multi_shot: z.boolean().optional(),
});

const options = z.object({
  callback_url: link.optional(),
  /** An empty text, as the examples of the pages have it, is no id [?]. */
  external_task_id: z.string().optional(),
  watermark_info: z.object({ enabled: z.boolean() }).optional(),
});

const rest = { settings: settings.prefault({}), options: options.prefault({}) };
const textSchema = z.object({ prompt: z.string().min(1), ...rest });
const contentsSchema = z.object({
  contents: z.array(item, 'are empty').min(1, 'are empty'),
  ...rest,
});

/** A create of any door: the prompt of a text stands among its items too. */
export interface Body extends z.infer<z.ZodObject<typeof rest>> {
  items: readonly Item[];
}

/** Reads the body of a create at that door, or says what is wrong with its shape. */
export function readBody(door: Door, bytes: Uint8Array): { body: Body } | { refused: Refusal } {
  const raw = z.record(z.string(), z.unknown()).safeParse(parseJson(bytes));
  if (!raw.success) return { refused: refusalOf(1200, 'the body is not a JSON object') };
  const schema = door === 'text-to-video' ? textSchema : contentsSchema;
  const { data, error } = schema.safeParse(withoutNulls(raw.data));
  if (!data) {
    const issue = error.issues[0];
    return { refused: invalid(issue?.path.join('.') ?? 'body', issue?.message) };
  }
  const { settings: set, options: opted } = data;
  const items: Item[] =
    'contents' in data ? data.contents : [{ type: 'prompt', text: data.prompt }];
  return { body: { items, settings: set, options: opted } };
}

/** Leaves out what is null, which counts as absent [?]. */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(entries.map(([name, inner]) => [name, withoutNulls(inner)]));
}
