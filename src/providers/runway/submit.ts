import { NO_OPTIONS } from '../../core/provider/options';
import type { Call } from '../../core/provider/exchange';
import type { Submission } from '../../core/provider/provider';
import { withVendorKeys, type VendorKeys } from '../../core/request/passthrough';
import type { Input } from '../../core/request/request';
import { dataUrlOf } from '../kit';
import { behalfOf } from './options';
import { callTo, IMAGE_TO_VIDEO, TEXT_TO_VIDEO } from './schema';
import { GEN4_KEYS, SEEDANCE_KEYS, VEO_KEYS } from './vendor-keys';

/**
 * Returns the create call. Frames have a path of their own; references are given to the one of texts. Runway takes no id of
 * ours and calls nobody back, so that nothing names the attempt there.
 */
export function submit(submission: Submission): Call {
  const { model, calledModel = model, applied, options } = submission;
  const frames = framesOf(submission);
  const body = {
    model: calledModel,
    promptText: applied.prompt === '' ? undefined : applied.prompt,
    promptImage: frames,
    ...referencesOf(submission),
    duration: applied.seconds === -1 ? 'auto' : applied.seconds,
    ratio: ratioOf(submission),
    audio: applied.generateAudio,
    negativePrompt: applied.negativePrompt,
    seed: applied.seed,
  };
  return callTo('POST', frames ? IMAGE_TO_VIDEO : TEXT_TO_VIDEO, {
    body: withVendorKeys(body, applied.passthrough, keysOf(model)),
    headers: behalfOf(options ?? NO_OPTIONS),
  });
}

function keysOf(model: string): VendorKeys {
  if (model.startsWith('veo')) return VEO_KEYS;
  return model.startsWith('seedance') ? SEEDANCE_KEYS : GEN4_KEYS;
}

/** Returns the pixels, by which Runway is told resolution and shape: `1280:720`. */
function ratioOf({ model, applied: { width, height } }: Submission): string {
  if (width === undefined || height === undefined) throw new Error(`${model} without pixels`);
  return `${String(width)}:${String(height)}`;
}

const POSITIONS = { first_frame: 'first', last_frame: 'last' } as const;

/** Returns each frame with its place; undefined where there is none. */
function framesOf({ applied: { inputs }, blobs }: Submission): object[] | undefined {
  const frames = inputs.flatMap((input) =>
    input.role === 'first_frame' || input.role === 'last_frame'
      ? [{ uri: uriOf(input, blobs), position: POSITIONS[input.role] }]
      : [],
  );
  return frames.length > 0 ? frames : undefined;
}

function referencesOf({ applied: { inputs }, blobs }: Submission): Record<string, unknown> {
  const uris = (role: Input['role']): string[] =>
    inputs.filter((input) => input.role === role).map((input) => uriOf(input, blobs));
  const [pictures, sounds] = [uris('reference_image'), uris('reference_audio')];
  return {
    ...(pictures.length > 0 ? { references: pictures.map((uri) => ({ uri })) } : {}),
    ...(sounds.length > 0 ? { referenceAudio: sounds.map((uri) => ({ type: 'audio', uri })) } : {}),
  };
}

function uriOf({ media }: Input, blobs: Submission['blobs']): string {
  if ('url' in media) return media.url;
  if ('asset' in media) throw new Error('Runway keeps no assets of ours; create refuses them');
  return dataUrlOf(blobs, media.blob);
}
