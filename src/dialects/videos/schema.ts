import { z } from 'zod';
import {
  MEDIA_MAX,
  TEXT_LENGTH_MAX,
  URL_LENGTH_MAX,
  boolean,
  count,
  idText,
  integer,
  jsonOfText,
  list,
  media,
  must,
  number,
  numberOfText,
  object,
  prompt,
  text,
  unixTime,
} from '../../core/json/fields';
import { inputKindOf, type InputKind } from '../../core/request/input-names';
import { OBJECT_TEXT, spelled } from '../../core/json/spellings';
import { told } from '../../core/json/told';
import { PICTURE_KINDS } from '../../core/ports/pictures';
import { INPUT_ROLES } from '../../core/request/request';
import { NOT_STORABLE, isStorable } from '../../core/text';
import { VIDEO_STATUSES } from '../kit/video-status';
import {
  CONTENT,
  DERIVED,
  EARLIER,
  EDIT,
  EXTRA,
  FRAME,
  LIST,
  OPENAI_REFERENCE,
  REFERENCE,
  SUBMIT,
} from './sentences';
import { serverWords } from './server-words';

/**
 * The words of `/v1/videos`: a superset of Token360's JSON body and of the OpenAI Videos API, whose SDKs send
 * multipart. So every number, boolean and object may also come as text. Explicit null is the same as absent.
 * Model limits are not checked here: the catalog knows them and names the allowed values.
 */

/** Bytes of `metadata` as JSON; it comes back in callbacks, which stay below 20 kB. */
export const METADATA_BYTES_MAX = 8192;
const frameImage = object(
  told(
    {
      type: z.literal('image_url').optional(),
      frame_type: z.enum(['first_frame', 'last_frame']),
      image_url: media,
    },
    FRAME,
  ),
);

const inputReference = object(
  told(
    {
      type: z.enum(['image_url', 'video_url', 'audio_url']).optional(),
      role: z.enum(INPUT_ROLES).optional(),
      image_url: media.optional(),
      video_url: media.optional(),
      audio_url: media.optional(),
    },
    REFERENCE,
  ),
);

const openaiObject = object(
  told({ image_url: media.optional(), file_id: z.string().optional() }, OPENAI_REFERENCE),
);
/**
 * The OpenAI form, or the URL itself as plain text, of which an error names the field alone (`isPlain`). A file of that
 * name does not pass through here.
 */
const openaiReference = spelled(
  z.preprocess(jsonOfText, z.unknown()).transform((value, context) => {
    const isPlain = typeof value === 'string';
    const read = isPlain ? media.safeParse(value) : openaiObject.safeParse(value);
    if (!read.success) {
      // Sound because what one schema found goes on as it is; only `input` is typed more loosely there.
      context.issues.push(...(read.error.issues as z.core.$ZodRawIssue[]));
      return z.NEVER;
    }
    return typeof read.data === 'string'
      ? { image_url: read.data, file_id: undefined, isPlain }
      : { ...read.data, isPlain };
  }),
  { is: [openaiObject, media] },
);

const metadata = spelled(
  z
    .preprocess(jsonOfText, z.record(z.string(), z.unknown(), { error: must('an object') }))
    .refine((value) => Buffer.byteLength(JSON.stringify(value)) <= METADATA_BYTES_MAX, {
      error: `is larger than ${String(METADATA_BYTES_MAX)} bytes as JSON`,
    }),
  { also: [OBJECT_TEXT] },
);

const INSTEAD: Readonly<Record<InputKind, string>> = {
  image: 'use input_reference for a first frame, frame_images or input_references',
  last_frame: 'use frame_images, with "frame_type": "last_frame"',
  video: 'use input_references',
  callback: 'use callback_url',
};
const meant = (name: string): string | undefined => {
  if (name === 'num_frames') return 'use seconds';
  const kind = inputKindOf(name);
  return kind && INSTEAD[kind];
};

const shared = {
  prompt,
  duration: integer.optional(),
  seconds: number.optional(),
  size: z
    .string({ error: must('a string') })
    .regex(/^\d{2,5}x\d{2,5}$/, 'must be width x height in pixels, such as 1280x720')
    .optional(),
  /** Both together are `size` in the words of servers that run a model themselves. */
  width: integer.optional(),
  height: integer.optional(),
  fps: number.optional(),
  negative_prompt: prompt.optional(),
  /** vLLM-Omni's word for `generate_audio`. */
  generate_sound: boolean.optional(),
  /** Each video is a request, with a bill of its own. */
  n: spelled(z.preprocess(numberOfText, z.literal(1)), {
    also: [{ type: 'string', pattern: '^\\+?0{0,14}1(?:\\.0{1,6})?$' }],
  }).optional(),
  resolution: text(TEXT_LENGTH_MAX).optional(),
  aspect_ratio: text(TEXT_LENGTH_MAX).optional(),
  generate_audio: boolean.optional(),
  seed: integer.optional(),
  watermark: boolean.optional(),
  return_last_frame: boolean.optional(),
  execution_expires_after: integer.optional(),
  safety_identifier: text(TEXT_LENGTH_MAX).optional(),
  /** OpenAI's older word for it, which LiteLLM sends with every request of a known user. */
  user: text(TEXT_LENGTH_MAX).optional(),
  callback_url: text(URL_LENGTH_MAX).optional(),
  metadata: metadata.optional(),
  request_id: text(TEXT_LENGTH_MAX).optional(),
};
const { prompt: required, ...optional } = {
  ...shared,
  ...serverWords,
  frame_images: list(frameImage, 10).optional(),
  input_references: list(inputReference, MEDIA_MAX).optional(),
  reference_images: list(media, MEDIA_MAX).optional(),
  input_reference: openaiReference.optional(),
  /** SGLang's words for a first frame and a video to go by. */
  reference_url: media.optional(),
  video_url: media.optional(),
};
export const submitBodySchema = object(
  told(
    {
      model: text(TEXT_LENGTH_MAX),
      prompt: required,
      ...optional,
      /** OpenAI's clients lay it over the body by themselves; of whoever else sends it, it is read here. */
      extra_body: object(told(optional, EXTRA), meant).optional(),
    },
    SUBMIT,
  ),
  meant,
);
/**
 * A create that is made of an earlier video, which is its only input. OpenAI's clients name no model; whoever wants
 * another than the one that made the video may.
 */
const derived = { model: text(TEXT_LENGTH_MAX).optional(), ...shared };
export const remixBodySchema = object(told(derived, DERIVED), meant);
export const derivedBodySchema = object(
  told(
    {
      ...derived,
      /** The id of a video of this gateway; a file of that name does not pass through here. */
      video: object(told({ id: text(TEXT_LENGTH_MAX) }, EARLIER)).optional(),
    },
    EDIT,
  ),
  meant,
);
export type DerivedBody = z.infer<typeof derivedBodySchema>;

export const nativeBodySchema = z.looseObject(
  { model: text(TEXT_LENGTH_MAX) },
  { error: must('a JSON object') },
);
export type SubmitBody = z.infer<typeof submitBodySchema>;

/** Looked for in the rows, where no other text can be. */
const storable = <Schema extends z.ZodType>(schema: Schema) =>
  schema.refine(isStorable, NOT_STORABLE);

export const listQuerySchema = z.strictObject(
  told(
    {
      /** 0 = whether there is any. */
      limit: count(0, 100).default(20),
      order: z.enum(['asc', 'desc']).default('desc'),
      after: idText.optional(),
      before: idText.optional(),
      status: z.enum(VIDEO_STATUSES).optional(),
      model: storable(text(TEXT_LENGTH_MAX)).optional(),
      created_after: unixTime.optional(),
      created_before: unixTime.optional(),
      metadata: storable(metadata).optional(),
    },
    LIST,
  ),
);
export type ListQuery = z.infer<typeof listQuerySchema>;

/** Which file of a video is asked for; another one is refused by name. `last_frame` is our own word. */
export const VARIANTS = ['video', 'last_frame', ...PICTURE_KINDS] as const;
export const contentQuerySchema = z.strictObject(
  told(
    {
      variant: spelled(z.string(), { is: [z.enum(VARIANTS)] }).default('video'),
      inline: z.enum(['0', '1']).optional(),
    },
    CONTENT,
  ),
);
export type ContentQuery = z.infer<typeof contentQuerySchema>;
