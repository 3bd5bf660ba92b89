import { z } from 'zod';
import { parseJson } from '../kit/parse';
import type { Refusal } from '../kit/refusal';
import { invalid } from './refusal';

/** The create body as the service takes it. Nulls are absent values, unknown keys are ignored [?]. */

const url = z.object({ url: z.string() });
const contentSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({
    type: z.literal('image_url'),
    image_url: url,
    role: z.enum(['first_frame', 'last_frame', 'reference_image']).nullish(),
  }),
  z.object({
    type: z.literal('video_url'),
    video_url: url,
    role: z.literal('reference_video').nullish(),
  }),
  z.object({
    type: z.literal('audio_url'),
    audio_url: url,
    role: z.literal('reference_audio').nullish(),
  }),
  z.object({ type: z.literal('draft_task'), draft_task: z.object({ id: z.string() }) }),
]);
export type Content = z.infer<typeof contentSchema>;

export const bodySchema = z.object({
  model: z.string().min(1),
  content: z.array(contentSchema).min(1),
  callback_url: z.url({ protocol: /^https?$/ }).nullish(),
  return_last_frame: z.boolean().nullish(),
  service_tier: z.enum(['default', 'flex']).nullish(),
  execution_expires_after: z.int().min(3_600).max(259_200).nullish(),
  generate_audio: z.boolean().nullish(),
  draft: z.boolean().nullish(),
  tools: z.array(z.object({ type: z.literal('web_search') })).nullish(),
  safety_identifier: z.string().max(64).nullish(),
  priority: z.int().min(0).max(9).nullish(),
  resolution: z.string().nullish(),
  ratio: z.string().nullish(),
  duration: z.int().nullish(),
  frames: z.int().min(29).max(289).nullish(),
  seed: z.int().min(-1).nullish(),
  camera_fixed: z.boolean().nullish(),
  watermark: z.boolean().nullish(),
  output_format: z.enum(['mp4', 'mov']).nullish(),
  omni_reference_task_type: z.enum(['auto', 'reference', 'edit', 'extend']).nullish(),
});
export type Body = z.infer<typeof bodySchema>;

/** Reads the body, or says what is wrong with its shape. */
export function readBody(bytes: Uint8Array): { body: Body } | { refused: Refusal } {
  const raw = parseJson(bytes);
  const parsed = bodySchema.safeParse(raw);
  return parsed.success
    ? { body: parsed.data }
    : { refused: shapeProblem(raw, parsed.error.issues[0]) };
}

function shapeProblem(raw: unknown, issue: z.core.$ZodIssue | undefined): Refusal {
  if (!issue || issue.path.length === 0) return invalid('body', 'is not a JSON object');
  const param = issue.path
    .map((part, index) =>
      typeof part === 'number' ? `[${String(part)}]` : `${index > 0 ? '.' : ''}${String(part)}`,
    )
    .join('');
  // Walks to the place of the issue; anything absent on the way is a missing parameter.
  const value = issue.path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    raw,
  );
  if (value !== undefined && value !== null) return invalid(param);
  const message = `the request failed because it is missing \`${param}\` parameter`;
  return { status: 400, code: 'MissingParameter', message, param };
}
