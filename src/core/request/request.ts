import { z } from 'zod';

/**
 * The canonical request: what every dialect translates to and every provider translates from.
 * Optional fields that a caller left out stay absent until `capabilities.ts` resolves them against a model;
 * the resolved form (`AppliedRequest`) is what is priced, sent and echoed, so that the three cannot differ.
 */

/** Media is a reference, never bytes: a public URL, a stored blob, or an id in the provider's asset library. */
export const mediaSchema = z.union([
  z.strictObject({ url: z.url({ protocol: /^https?$/ }) }),
  z.strictObject({ blob: z.string(), mime: z.string() }),
  z.strictObject({ asset: z.string() }),
]);
export type Media = z.infer<typeof mediaSchema>;

export const INPUT_ROLES = [
  'first_frame',
  'last_frame',
  'reference_image',
  'reference_video',
  'reference_audio',
] as const;
export const inputSchema = z.strictObject({ role: z.enum(INPUT_ROLES), media: mediaSchema });
export type Input = z.infer<typeof inputSchema>;

export const videoRequestSchema = z.strictObject({
  /** Public model name. */
  model: z.string(),
  prompt: z.string(),
  inputs: z.array(inputSchema).default([]),
  seconds: z.number().optional(),
  resolution: z.string().optional(),
  aspectRatio: z.string().optional(),
  /** Pixels; an alternative to resolution + aspect ratio. */
  size: z.strictObject({ width: z.int(), height: z.int() }).optional(),
  fps: z.number().optional(),
  generateAudio: z.boolean().optional(),
  seed: z.int().optional(),
  watermark: z.boolean().optional(),
  cameraFixed: z.boolean().optional(),
  returnLastFrame: z.boolean().optional(),
  serviceTier: z.string().optional(),
  /** Seconds after which the provider may give the job up. */
  expiresAfterSeconds: z.int().optional(),
  safetyIdentifier: z.string().optional(),
  negativePrompt: z.string().optional(),
  /** Vendor keys that pass unchecked and are echoed (P8 "said, not dropped"). */
  passthrough: z.record(z.string(), z.unknown()).default({}),
});
export type VideoRequest = z.infer<typeof videoRequestSchema>;
/** The request as a caller writes it: what has a default may be left out. */
export type VideoRequestInput = z.input<typeof videoRequestSchema>;

/** What a set of inputs asks the model to do; limits differ per mode. */
export const MODES = ['text', 'first_frame', 'first_last_frame', 'reference'] as const;
export type Mode = (typeof MODES)[number];

export interface AppliedRequest {
  mode: Mode;
  prompt: string;
  inputs: Input[];
  /** -1 = the model decides. */
  seconds: number;
  resolution: string;
  aspectRatio: string;
  /** Pixels; absent where the model decides (`adaptive`). */
  width?: number;
  height?: number;
  fps: number;
  generateAudio?: boolean;
  seed?: number;
  watermark?: boolean;
  cameraFixed?: boolean;
  returnLastFrame?: boolean;
  serviceTier?: string;
  expiresAfterSeconds?: number;
  safetyIdentifier?: string;
  negativePrompt?: string;
  passthrough: Record<string, unknown>;
}
