import { z } from 'zod';
import { parseBase64, parseJson } from '../kit/parse';
import type { Refusal } from '../kit/refusal';
import { invalid } from './refusal';

/**
 * The create bodies by path and model, written down from the types of Runway's own client (4.20.1) and its page of inputs. No
 * word beside these is taken. The texts of the issues are zod's, as the real ones are; those about links are ours.
 */

export type Path = 'text' | 'image';

/** A data URL is shorter than this, base64 and all; a link is no longer. */
const DATA_URL_LENGTH_MAX = 5 * 1024 * 1024;
const LINK_LENGTH_MAX = 2_048;

/** Makes the schema of a link (HTTPS, and no IP address), an upload of the account's or a data URL of that kind. */
const mediaOf = (kind: 'image' | 'audio' | 'video') =>
  z.string().check((context) => {
    const problem = problemOf(context.value, kind);
    if (problem !== undefined) {
      context.issues.push({ code: 'custom', message: problem, input: context.value });
    }
  });

function problemOf(text: string, kind: string): string | undefined {
  if (/^runway:\/\/\S+$/.test(text)) return undefined;
  if (text.startsWith('data:')) {
    if (text.length >= DATA_URL_LENGTH_MAX) return 'Data URI is too large';
    const [, type, base64 = ''] = /^data:(\w+)\/[\w.+-]+;base64,(.+)$/s.exec(text) ?? [];
    return type === kind && parseBase64(base64) ? undefined : 'Invalid data URI';
  }
  if (!URL.canParse(text)) return 'Invalid URL';
  const { protocol, hostname } = new URL(text);
  if (protocol !== 'https:') return 'Only HTTPS URLs are allowed';
  if (/^[\d.]+$|^\[/.test(hostname)) return 'URLs must reference a domain name';
  return text.length > LINK_LENGTH_MAX ? 'URL is too long' : undefined;
}

const frame = (...positions: readonly ('first' | 'last')[]) =>
  z.strictObject({ uri: mediaOf('image'), position: z.enum(positions) });

/** One frame by itself is the first. */
const frames = (...positions: readonly ('first' | 'last')[]) =>
  z.union([
    mediaOf('image'),
    z
      .array(frame(...positions))
      .min(1)
      .max(positions.length),
  ]);

const seed = z.int().min(0).max(4_294_967_295).optional();
const text = (lengthMax: number) => z.string().min(1).max(lengthMax);
const seconds = (min: number, max: number) => z.int().min(min).max(max);

const gen4 = {
  seed,
  contentModeration: z
    .strictObject({ publicFigureThreshold: z.enum(['auto', 'low']).optional() })
    .optional(),
};
const WIDE_OR_TALL = ['1280:720', '720:1280'] as const;
const GEN4_RATIOS = [...WIDE_OR_TALL, '1104:832', '960:960', '832:1104', '1584:672'] as const;
const file = {
  outputFormat: z
    .enum(['mp4', 'prores', 'png_sequence', 'hdr10', 'hlg', 'sdr_rec709_10bit', 'hdr_prores'])
    .optional(),
  proresProfile: z.enum(['422', '4444', '422 Proxy', '422 LT', '422 HQ', '4444 XQ']).optional(),
};

const veo = {
  ratio: z.enum([...WIDE_OR_TALL, '1080:1920', '1920:1080']),
  audio: z.boolean().default(true),
  duration: z.union([z.literal(4), z.literal(6), z.literal(8)]).default(8),
  negativePrompt: z.string().optional(),
  seed,
};

const SEEDANCE_RATIOS =
  '992:432 864:496 752:560 640:640 560:752 496:864 1470:630 1280:720 1112:834 960:960 834:1112 720:1280 2206:946 1920:1080 1664:1248 1440:1440 1248:1664 1080:1920'.split(
    ' ',
  );
const sounds = z
  .array(z.strictObject({ type: z.literal('audio'), uri: mediaOf('audio') }))
  .max(3)
  .optional();
const seedance = {
  audio: z.boolean().default(true),
  duration: z.union([seconds(4, 15), z.literal('auto')]).default('auto'),
  ratio: z.enum(SEEDANCE_RATIOS).default('1280:720'),
  referenceAudio: sounds,
  seed,
};
const reference = z.strictObject({ uri: mediaOf('image') });
const video = z.strictObject({ type: z.literal('video'), uri: mediaOf('video') });

const BODIES = {
  'text gen4.5': z.strictObject({
    ...{ model: z.literal('gen4.5'), promptText: text(1_000), duration: seconds(2, 10) },
    ...{ ratio: z.enum(WIDE_OR_TALL), ...gen4, ...file },
  }),
  'image gen4.5': z.strictObject({
    ...{ model: z.literal('gen4.5'), promptText: text(1_000), duration: seconds(2, 10) },
    ...{ promptImage: frames('first'), ratio: z.enum(GEN4_RATIOS), ...gen4, ...file },
  }),
  'image gen4_turbo': z.strictObject({
    ...{ model: z.literal('gen4_turbo'), promptText: text(1_000).optional() },
    duration: seconds(2, 10).default(10),
    ...{ promptImage: frames('first'), ratio: z.enum(GEN4_RATIOS), ...gen4 },
  }),
  ...veoBodies('veo3.1'),
  ...veoBodies('veo3.1_fast'),
  'text seedance2': z.strictObject({
    ...{ model: z.literal('seedance2'), promptText: text(3_500), ...seedance },
    references: z.array(reference).max(9).optional(),
    referenceVideos: z.array(video).optional(),
  }),
  'image seedance2': z.strictObject({
    ...{ model: z.literal('seedance2'), promptText: text(3_500).optional(), ...seedance },
    promptImage: z.union([
      frames('first', 'last'),
      z
        .array(z.strictObject({ uri: mediaOf('image') }))
        .min(1)
        .max(9),
    ]),
  }),
};

function veoBodies<Model extends string>(model: Model) {
  const word = { model: z.literal(model), ...veo };
  return {
    [`text ${model}`]: z.strictObject({ ...word, promptText: text(1_000) }),
    [`image ${model}`]: z.strictObject({
      ...{ ...word, promptText: text(1_000).optional(), promptImage: frames('first', 'last') },
    }),
  };
}

/** One body for all models: what a model does not have is absent. */
export interface Body {
  model: string;
  promptText?: string | undefined;
  promptImage?: unknown;
  /** Pixels: `1280:720`. */
  ratio: string;
  duration: number | 'auto';
  audio?: boolean | undefined;
  seed?: number | undefined;
  references?: readonly unknown[] | undefined;
  referenceVideos?: readonly unknown[] | undefined;
  referenceAudio?: readonly unknown[] | undefined;
}

export const MODEL_NAMES: readonly string[] = [
  ...new Set(Object.keys(BODIES).map((name) => name.split(' ')[1] ?? '')),
];

/** Reads a create body of that path by the schema of its model, or says what is wrong first. */
export function readBody(path: Path, bytes: Uint8Array): { body: Body } | { refused: Refusal } {
  const json = parseJson(bytes);
  const { data: named } = z.object({ model: z.string() }).safeParse(json);
  const schemas: Readonly<Record<string, z.ZodType<Body>>> = BODIES;
  const schema = schemas[`${path} ${named?.model ?? ''}`];
  if (!schema) return { refused: invalid('model', 'Invalid input', 'invalid_union') };
  const { data: body, error } = schema.safeParse(json);
  if (body) return { body };
  const [issue] = error?.issues ?? [];
  const refused = invalid(
    issue?.path.join('.') ?? '',
    issue?.message ?? 'Invalid input',
    issue?.code,
  );
  return { refused };
}
