import { z } from 'zod';
import { parseBase64, parseJson } from '../kit/parse';
import type { Refusal } from '../kit/refusal';
import { invalid, wrong } from './refusal';

/** The bodies of creates as Google takes them: Veo's on both of its wires, and an interaction's. */

const base64 = z.string().refine((text) => parseBase64(text) !== undefined);
/** A picture: bytes, or an object of Google's storage. No link of anybody else's. */
const picture = z.strictObject({
  bytesBase64Encoded: base64.optional(),
  gcsUri: z
    .string()
    .regex(/^gs:\/\//)
    .optional(),
  mimeType: z.enum(['image/png', 'image/jpeg', 'image/webp']),
});

const instance = z.object({
  prompt: z.string().optional(),
  image: picture.optional(),
  lastFrame: picture.optional(),
  referenceImages: z
    .array(z.object({ image: picture, referenceType: z.enum(['asset', 'style']) }))
    .optional(),
});

/** What stands in `parameters` and is not known is dropped in silence. */
const parameters = z.object({
  sampleCount: z.int().min(1).max(4).optional(),
  durationSeconds: z.number().optional(),
  aspectRatio: z.string().optional(),
  resolution: z.string().optional(),
  negativePrompt: z.string().optional(),
  personGeneration: z.enum(['allow_all', 'allow_adult', 'dont_allow']).optional(),
  enhancePrompt: z.boolean().optional(),
  generateAudio: z.boolean().optional(),
  seed: z.int().min(0).max(4_294_967_295).optional(),
  storageUri: z
    .string()
    .regex(/^gs:\/\/./)
    .optional(),
  compressionQuality: z.enum(['OPTIMIZED', 'LOSSLESS']).optional(),
  resizeMode: z.enum(['CROP', 'PAD', 'crop', 'pad']).optional(),
});

/** Clients may leave `parameters` out. */
const veoSchema = z.object({
  instances: z.array(instance).min(1).max(1),
  parameters: parameters.default({}),
  webhookConfig: z.object({ uris: z.array(z.string()).optional() }).optional(),
});
export type VeoBody = z.infer<typeof veoSchema>;

const media = z.strictObject({
  type: z.enum(['image', 'video']),
  data: base64.optional(),
  uri: z.string().optional(),
  mime_type: z.string().optional(),
});
const text = z.strictObject({ type: z.literal('text'), text: z.string() });

const omniSchema = z.strictObject({
  model: z.string(),
  input: z.union([z.string(), z.array(z.union([text, media])).min(1)]),
  background: z.boolean().optional(),
  store: z.boolean().optional(),
  stream: z.literal(false).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  response_format: z
    .strictObject({
      type: z.literal('video'),
      delivery: z.enum(['inline', 'uri']).optional(),
      aspect_ratio: z.string().optional(),
      resolution: z.string().optional(),
      /** A Duration; a bare number is refused. */
      duration: z
        .string()
        .regex(/^\d{1,3}s$/)
        .optional(),
    })
    .optional(),
  generation_config: z
    .strictObject({
      video_config: z
        .strictObject({
          task: z.enum(['text_to_video', 'image_to_video', 'reference_to_video']).optional(),
        })
        .optional(),
    })
    .optional(),
  webhook_config: z
    .strictObject({
      uris: z.array(z.url({ protocol: /^https?$/ })).min(1),
      user_metadata: z.record(z.string(), z.unknown()).optional(),
    })
    .optional(),
});
export type OmniBody = z.infer<typeof omniSchema>;

/** Reads the body of a create of Veo's. */
export function readVeo(bytes: Uint8Array): { body: VeoBody } | { refused: Refusal } {
  const parsed = veoSchema.safeParse(parseJson(bytes));
  if (parsed.success) return { body: parsed.data };
  const issue = parsed.error.issues[0];
  const at = issue?.path.join('.') ?? '';
  return { refused: invalid(`Invalid value at '${at}': ${issue?.message ?? 'not a JSON object'}`) };
}

/** Reads the body of an interaction; a word that is unknown is refused. */
export function readOmni(bytes: Uint8Array): { body: OmniBody } | { refused: Refusal } {
  const parsed = omniSchema.safeParse(parseJson(bytes));
  if (parsed.success) return { body: parsed.data };
  const issue = parsed.error.issues[0];
  if (issue?.code === 'unrecognized_keys') {
    const name = [...issue.path, issue.keys[0] ?? ''].join('.');
    return { refused: { ...wrong(`Unknown parameter: '${name}'.`), code: 'parameter_unknown' } };
  }
  const at = issue?.path.join('.') ?? '';
  return { refused: wrong(`Invalid value for '${at}'.`) };
}
