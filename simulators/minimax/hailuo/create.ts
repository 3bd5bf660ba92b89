import { z } from 'zod';
import type { Admission, NewTask, Refusal } from '../../kit/refusal';
import { firstRefusal } from '../../kit/refusal';
import { isSource, readAs } from '../body';
import { SOLD } from '../charges';
import { invalid } from '../refusal';

/** The create of the older wire: its body, what its models take, and the task that comes of it. */

const picture = z
  .string()
  .refine((text) => isSource(text, 'image') && !text.startsWith('mm_file:'), {
    error: 'is no picture',
  });

const bodySchema = z.object({
  model: z.string().min(1),
  prompt: z.string().max(2_000).nullish(),
  prompt_optimizer: z.boolean().nullish(),
  fast_pretreatment: z.boolean().nullish(),
  duration: z.int().default(6),
  resolution: z.string().default('768P'),
  first_frame_image: picture.nullish(),
  last_frame_image: picture.nullish(),
  aigc_watermark: z.boolean().nullish(),
  callback_url: z.url({ protocol: /^https?$/ }).nullish(),
});
type Body = z.infer<typeof bodySchema>;

/** What the pages say of a model: seconds by resolution, and which pictures it takes. */
interface Page {
  seconds: Readonly<Record<string, readonly number[]>>;
  /** Resolutions of a first frame alone. */
  framed?: readonly string[];
  needsFrame?: true;
  last?: true;
}

const SECONDS = { '768P': [6, 10], '1080P': [6] };

const PAGES: Readonly<Record<string, Page>> = {
  'MiniMax-Hailuo-2.3': { seconds: SECONDS },
  'MiniMax-Hailuo-2.3-Fast': { seconds: SECONDS, needsFrame: true },
  'MiniMax-Hailuo-02': { seconds: { ...SECONDS, '512P': [6, 10] }, framed: ['512P'], last: true },
};

/** Names the models of the older wire. */
export const HAILUO: readonly string[] = Object.keys(PAGES);

/** Checks a create body of the older wire and makes a task of it. */
export function admitHailuo(bytes: Uint8Array): Admission {
  const read = readAs(bodySchema, bytes);
  if ('refused' in read) return read;
  const page = PAGES[read.body.model];
  if (!page) return { refused: invalid('model', `${read.body.model} does not exist`) };
  const refused = firstRefusal(CHECKS, { body: read.body, page });
  return refused ? { refused } : { task: taskOf(read.body) };
}

type Check = (asked: { body: Body; page: Page }) => Refusal | undefined;

const CHECKS: readonly Check[] = [
  ({ body }) =>
    body.prompt || body.first_frame_image ? undefined : invalid('prompt', 'is required'),
  ({ body, page }) =>
    page.needsFrame && !body.first_frame_image
      ? invalid('first_frame_image', 'is required by this model')
      : undefined,
  ({ body, page }) => {
    if (!body.last_frame_image) return undefined;
    if (!page.last) return invalid('last_frame_image', 'is not supported by this model');
    return body.first_frame_image ? undefined : invalid('first_frame_image', 'is required');
  },
  ({ body, page }) => {
    const isAlone = Boolean(body.first_frame_image) && !body.last_frame_image;
    const isFramed = page.framed?.includes(body.resolution) === true;
    return page.seconds[body.resolution] && (isAlone || !isFramed)
      ? undefined
      : invalid('resolution', `${body.resolution} is not supported by this model`);
  },
  ({ body, page }) =>
    page.seconds[body.resolution]?.includes(body.duration)
      ? undefined
      : invalid('duration', `does not support ${String(body.duration)}s in ${body.resolution}`),
];

const SIZES: Readonly<Record<string, readonly [number, number]>> = {
  '512P': [912, 512],
  '768P': [1366, 768],
  '1080P': [1920, 1080],
};

function taskOf(body: Body): NewTask {
  const [width, height] = SIZES[body.resolution] ?? [1366, 768];
  return {
    model: body.model,
    prompt: body.prompt ?? '',
    seconds: body.duration,
    width,
    height,
    fps: 24,
    seed: 0,
    ...(body.callback_url ? { callbackUrl: body.callback_url } : {}),
    data: { wire: 'hailuo', [SOLD.model]: body.model, [SOLD.resolution]: body.resolution },
  };
}
