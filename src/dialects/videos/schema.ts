import { z } from 'zod';

/**
 * The words of `/v1/videos`: a superset of Token360's JSON body and of the OpenAI Videos API, whose SDKs send
 * multipart. So every number, boolean and object may also come as text. Explicit null is the same as absent.
 * Model limits are not checked here: the catalog knows them and names the allowed values.
 */

export const PROMPT_LENGTH_MAX = 32_000;
/** Bytes of `metadata` as JSON; it comes back in callbacks, which stay below 20 kB. */
export const METADATA_BYTES_MAX = 8192;
const TEXT_LENGTH_MAX = 200;
const URL_LENGTH_MAX = 8192;

const must = (what: string) => (issue: { input: unknown }) =>
  issue.input === undefined ? 'is required' : `must be ${what}`;

const text = (lengthMax: number) =>
  z
    .string({ error: must('a string') })
    .min(1, 'is empty')
    .max(lengthMax, `is longer than ${String(lengthMax)} characters`);

const NUMBER = /^[+-]?\d{1,15}(?:\.\d{1,6})?$/;
const numberOfText = (value: unknown): unknown =>
  typeof value === 'string' && NUMBER.test(value) ? Number(value) : value;
const booleanOfText = (value: unknown): unknown =>
  value === 'true' ? true : value === 'false' ? false : value;

const number = z.preprocess(numberOfText, z.number({ error: must('a number') }));
const integer = z.preprocess(numberOfText, z.int({ error: must('an integer') }));
const boolean = z.preprocess(booleanOfText, z.boolean({ error: must('true or false') }));

/** Objects and arrays may come as JSON text in a form; text that is no JSON is left for the schema to refuse. */
function jsonOfText(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

function withoutNulls(value: unknown): unknown {
  const read = jsonOfText(value);
  if (read === null || typeof read !== 'object' || Array.isArray(read)) return read;
  return Object.fromEntries(Object.entries(read).filter(([, entry]) => entry !== null));
}

const object = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.preprocess(withoutNulls, z.strictObject(shape, { error: objectError }));
const objectError = (issue: { code: string; input?: unknown }): string | undefined =>
  issue.code === 'invalid_type' ? must('an object')({ input: issue.input }) : undefined;
const list = <Item extends z.ZodType>(item: Item, itemsMax: number) =>
  z.preprocess(
    jsonOfText,
    z
      .array(item, { error: must('an array') })
      .max(itemsMax, `has more than ${String(itemsMax)} items`),
  );

/** `"https://..."` or `{"url": "https://..."}`; also a data URL or an `asset://` id. */
const media = z.preprocess(
  urlOfObject,
  z.string({ error: must('a URL') }).refine(isMediaText, {
    error: 'must be an http(s) URL, a base64 data URL or an asset:// id',
  }),
);

function urlOfObject(value: unknown): unknown {
  const read = withoutNulls(value);
  if (read === null || typeof read !== 'object') return value;
  const entries = Object.entries(read);
  return entries.length === 1 && entries[0]?.[0] === 'url' ? entries[0][1] : value;
}

function isMediaText(value: string): boolean {
  if (value.startsWith('data:')) return true;
  if (value.length > URL_LENGTH_MAX) return false;
  return (
    /^asset:\/\/[\w.:/-]+$/.test(value) || (/^https?:\/\//i.test(value) && URL.canParse(value))
  );
}

const frameImage = object({
  type: z.literal('image_url').optional(),
  frame_type: z.enum(['first_frame', 'last_frame']),
  image_url: media,
});

const inputReference = object({
  type: z.enum(['image_url', 'video_url', 'audio_url']).optional(),
  role: z.enum(['reference_image', 'reference_video', 'reference_audio']).optional(),
  image_url: media.optional(),
  video_url: media.optional(),
  audio_url: media.optional(),
});

/** The OpenAI form. Plain text is the URL itself; a file of that name does not pass through here. */
const openaiReference = z.preprocess(
  (value) => {
    const read = jsonOfText(value);
    return typeof read === 'string' ? { image_url: read } : read;
  },
  object({ image_url: media.optional(), file_id: z.string().optional() }),
);

const metadata = z
  .preprocess(jsonOfText, z.record(z.string(), z.unknown(), { error: must('an object') }))
  .refine((value) => Buffer.byteLength(JSON.stringify(value)) <= METADATA_BYTES_MAX, {
    error: `is larger than ${String(METADATA_BYTES_MAX)} bytes as JSON`,
  });

export const submitBodySchema = object({
  model: text(TEXT_LENGTH_MAX),
  prompt: text(PROMPT_LENGTH_MAX),
  duration: integer.optional(),
  seconds: number.optional(),
  size: z
    .string({ error: must('a string') })
    .regex(/^\d{2,5}x\d{2,5}$/, 'must be width x height in pixels, such as 1280x720')
    .optional(),
  resolution: text(TEXT_LENGTH_MAX).optional(),
  aspect_ratio: text(TEXT_LENGTH_MAX).optional(),
  generate_audio: boolean.optional(),
  seed: integer.optional(),
  watermark: boolean.optional(),
  return_last_frame: boolean.optional(),
  execution_expires_after: integer.optional(),
  safety_identifier: text(TEXT_LENGTH_MAX).optional(),
  callback_url: text(URL_LENGTH_MAX).optional(),
  metadata: metadata.optional(),
  request_id: text(TEXT_LENGTH_MAX).optional(),
  frame_images: list(frameImage, 10).optional(),
  input_references: list(inputReference, 50).optional(),
  input_reference: openaiReference.optional(),
});
export type SubmitBody = z.infer<typeof submitBodySchema>;

export const nothingSchema = z.undefined();
export const noQuerySchema = z.strictObject({});

export const listQuerySchema = z.strictObject({
  limit: z
    .preprocess(
      numberOfText,
      z
        .int({ error: must('an integer') })
        .min(1, 'is below 1')
        .max(100, 'is above 100'),
    )
    .default(20),
  order: z.enum(['asc', 'desc']).default('desc'),
  after: z.string().optional(),
  before: z.string().optional(),
});
export type ListQuery = z.infer<typeof listQuerySchema>;

export const contentQuerySchema = z.strictObject({
  variant: z.string().default('video'),
  inline: z.enum(['0', '1']).optional(),
});
export type ContentQuery = z.infer<typeof contentQuerySchema>;
