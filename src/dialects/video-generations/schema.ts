import { z } from 'zod';
import { startOfBase64 } from '../../core/request/carried-media';
import {
  MEDIA_MAX,
  TEXT_LENGTH_MAX,
  URL_LENGTH_MAX,
  boolean,
  integer,
  jsonOfText,
  list,
  media,
  must,
  number,
  numberOfText,
  objectError,
  prompt,
  text,
} from '../../core/json/fields';
import { OBJECT_TEXT, spelled } from '../../core/json/spellings';
import { told } from '../../core/json/told';
import { sniffMediaType } from '../../core/media/sniff';
import { METADATA, SUBMIT } from './sentences';

/**
 * The words of `/v1/video/generations`. Each one may stand at the top or inside `metadata`, and what is no word of ours
 * is the vendor's. Clients in Go write every field they have, so zero lengths, empty texts and nulls count as absent.
 * Model limits are not checked here: the catalog knows them and names the allowed values.
 */

const SIZE = /^(?:\d{2,5}[xX*]\d{2,5}|\d{1,2}:\d{1,2})$/;

/** A URL, a data URL, an asset id, or plain Base64 of a file that its first bytes tell. */
const picture = z.preprocess(dataUrlOfBase64, media);

function dataUrlOfBase64(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const start = startOfBase64(value);
  const mime = start && sniffMediaType(start);
  return mime ? `data:${mime};base64,${value.replaceAll(/\s+/g, '')}` : value;
}

const pictures = spelled(
  z.preprocess(
    (value) => {
      const read = jsonOfText(value);
      return typeof read === 'string' ? [read] : read;
    },
    list(picture, MEDIA_MAX),
  ),
  { also: [{ type: 'string' }] },
);

const fields = {
  image: picture.optional(),
  images: pictures.optional(),
  input_reference: pictures.optional(),
  /** Kling's last frame. */
  image_tail: picture.optional(),
  duration: integer.optional(),
  seconds: integer.optional(),
  size: z
    .string({ error: must('a string') })
    .regex(SIZE, 'must be pixels such as 1280x720, or a ratio such as 16:9')
    .optional(),
  width: integer.optional(),
  height: integer.optional(),
  fps: number.optional(),
  seed: integer.optional(),
  resolution: text(TEXT_LENGTH_MAX).optional(),
  aspect_ratio: text(TEXT_LENGTH_MAX).optional(),
  aspectRatio: text(TEXT_LENGTH_MAX).optional(),
  ratio: text(TEXT_LENGTH_MAX).optional(),
  quality: z.unknown().optional(),
  mode: text(TEXT_LENGTH_MAX).optional(),
  service_tier: text(TEXT_LENGTH_MAX).optional(),
  negative_prompt: prompt.optional(),
  watermark: boolean.optional(),
  camera_fixed: boolean.optional(),
  cameraFixed: boolean.optional(),
  generate_audio: boolean.optional(),
  generateAudio: boolean.optional(),
  /** Kling's word for it. */
  sound: z.enum(['on', 'off']).optional(),
  return_last_frame: boolean.optional(),
  execution_expires_after: integer.optional(),
  safety_identifier: text(TEXT_LENGTH_MAX).optional(),
  callback_url: text(URL_LENGTH_MAX).optional(),
  n: spelled(z.preprocess(numberOfText, z.literal(1)), {
    also: [{ type: 'string', pattern: '^(?:\\+?0{0,14}1|[+-]?0{1,15})(?:\\.0{1,6})?$' }],
  }).optional(),
  response_format: z.literal('url').optional(),
  user: text(TEXT_LENGTH_MAX).optional(),
};

const ZERO_IS_ABSENT = new Set(['duration', 'seconds', 'width', 'height', 'fps', 'n']);

/** What `tidy` takes out of a field of this name. */
const absent = (name: string) => (ZERO_IS_ABSENT.has(name) ? [null, '', 0] : [null, '']);

function tidy(value: unknown, context: Pick<z.RefinementCtx, 'issues'>): unknown {
  const read = jsonOfText(value, context);
  if (read === null || typeof read !== 'object' || Array.isArray(read)) return read;
  const isGiven = ([name, entry]: [string, unknown]): boolean =>
    entry !== null && entry !== '' && !(ZERO_IS_ABSENT.has(name) && numberOfText(entry) === 0);
  return Object.fromEntries(Object.entries(read).filter(isGiven));
}

const metadata = spelled(
  z.preprocess(
    tidy,
    z.looseObject(
      told(
        {
          model: text(TEXT_LENGTH_MAX).optional(),
          model_name: text(TEXT_LENGTH_MAX).optional(),
          prompt: prompt.optional(),
          ...fields,
        },
        METADATA,
      ),
      { error: objectError },
    ),
  ),
  { also: [OBJECT_TEXT], absent },
);
export type Metadata = z.infer<typeof metadata>;

/** `isJson`: it came as JSON text, whose texts are meant as texts also where they stand in a form. */
const typedMetadata = spelled(
  z.unknown().transform((value, context) => {
    const read = metadata.safeParse(value);
    if (read.success) return { words: read.data, isJson: typeof value === 'string' };
    // Sound because what one schema found goes on as it is; only `input` is typed more loosely there.
    context.issues.push(...(read.error.issues as z.core.$ZodRawIssue[]));
    return z.NEVER;
  }),
  { is: [metadata] },
);

export const submitBodySchema = spelled(
  z.preprocess(
    tidy,
    z.looseObject(
      told(
        {
          model: text(TEXT_LENGTH_MAX),
          prompt,
          ...fields,
          metadata: typedMetadata.optional(),
        },
        SUBMIT,
      ),
      { error: objectError },
    ),
  ),
  { also: [OBJECT_TEXT], absent },
);
export type SubmitBody = z.infer<typeof submitBodySchema>;

/** What both places may say. */
export type Words = { [Name in keyof typeof fields]?: z.infer<(typeof fields)[Name]> } & {
  prompt?: string | undefined;
};

/** Every name that is ours; the others are the vendor's. */
export const OWN_WORDS: ReadonlySet<string> = new Set([
  ...Object.keys(fields),
  'model',
  'model_name',
  'prompt',
  'metadata',
]);

export const querySchema = z.strictObject({
  id: z.string({ error: must('a string') }).describe('The id of the video.'),
});
export type Query = z.infer<typeof querySchema>;
