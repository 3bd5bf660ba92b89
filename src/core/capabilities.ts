import { invalid } from './errors';
import type { AppliedRequest, Input, Mode, VideoRequest } from './request';

/**
 * P8: what a model cannot honour is a 400 that names the allowed values; nothing is dropped or changed silently.
 * Neutral values (false, seed -1, the model's own fps) are always honoured.
 */
export interface Capabilities {
  modes: Partial<Record<Mode, ModeCapabilities>>;
  /** Characters. */
  promptLengthMax: number;
  seconds: { min: number; max: number; default: number; /** accepts -1 */ auto?: boolean };
  resolutions: readonly string[];
  resolutionDefault: string;
  aspectRatios: readonly string[];
  /** Pixels by resolution and ratio; a ratio without pixels (`adaptive`) is missing here. */
  sizes: Readonly<Record<string, Readonly<Record<string, readonly [number, number]>>>>;
  fps: number;
  audio: boolean;
  audioDefault?: boolean;
  seed: { min: number; max: number } | false;
  watermark: boolean;
  cameraFixed: boolean;
  lastFrame: boolean;
  serviceTiers: readonly string[];
  expiresAfterSeconds: { min: number; max: number } | false;
  safetyIdentifierLengthMax: number;
  negativePrompt: boolean;

  /** What a cancel can reach. */
  cancel: 'none' | 'queued' | 'running';
  billed: Billed;
  idempotency: 'token' | 'lookup' | 'callback-token' | 'none';
  resultLifetimeSeconds: number;
  /** From accept to the end of our patience. */
  deadlineSeconds: number;
  /** What such a job usually takes; plans the first look. */
  usualSeconds: number;
}

/** Does the provider charge for these ends? Decides settle or release. */
export interface Billed {
  canceled: boolean;
  rejected: boolean;
  failed: boolean;
}

export interface ModeCapabilities {
  aspectRatioDefault: string;
  /** Where this mode offers less than the model's `aspectRatios`. */
  aspectRatios?: readonly string[];
  images: number;
  videos: number;
  audios: number;
  /** Audio may be the only reference. */
  audioAlone?: boolean;
}

/** Field names as the caller spells them, so that errors speak the caller's language. */
export type FieldNames = Partial<Record<keyof VideoRequest, string>>;

/** Resolves every default against the model. Throws `invalid_request` at the first field that cannot be honoured. */
export function applyCapabilities(
  request: VideoRequest,
  model: Capabilities,
  names: FieldNames = {},
): AppliedRequest {
  const name = (field: keyof VideoRequest): string => names[field] ?? field;
  const mode = modeOf(request.inputs, name('inputs'));
  const limits = model.modes[mode];
  if (!limits) {
    throw invalid(
      name('inputs'),
      `the model does not take ${MODE_TEXT[mode]}`,
      Object.keys(model.modes).map((key) => MODE_TEXT[key as Mode]),
    );
  }
  checkCounts(request.inputs, limits, name('inputs'));
  if (request.prompt.length > model.promptLengthMax) {
    throw invalid(name('prompt'), `is longer than ${String(model.promptLengthMax)} characters`);
  }
  const frame = frameOf(request, model, limits, name);
  const seconds = secondsOf(request, model, name('seconds'));
  checkFlags(request, model, name);
  return {
    mode,
    prompt: request.prompt,
    inputs: request.inputs,
    seconds,
    ...frame,
    fps: model.fps,
    ...(model.audio ? { generateAudio: request.generateAudio ?? model.audioDefault ?? false } : {}),
    ...(model.seed && request.seed !== undefined ? { seed: request.seed } : {}),
    ...(model.watermark ? { watermark: request.watermark ?? false } : {}),
    ...(model.cameraFixed && request.cameraFixed !== undefined
      ? { cameraFixed: request.cameraFixed }
      : {}),
    ...(model.lastFrame ? { returnLastFrame: request.returnLastFrame ?? false } : {}),
    ...(model.serviceTiers.length > 0
      ? { serviceTier: request.serviceTier ?? model.serviceTiers[0] ?? 'default' }
      : {}),
    ...(request.expiresAfterSeconds === undefined
      ? {}
      : { expiresAfterSeconds: request.expiresAfterSeconds }),
    ...(request.safetyIdentifier === undefined
      ? {}
      : { safetyIdentifier: request.safetyIdentifier }),
    ...(request.negativePrompt ? { negativePrompt: request.negativePrompt } : {}),
    passthrough: request.passthrough,
  };
}

const MODE_TEXT: Record<Mode, string> = {
  text: 'text only',
  first_frame: 'a first frame',
  first_last_frame: 'a first and a last frame',
  reference: 'references',
};

/** First frame, first and last frame, and references exclude each other. */
export function modeOf(inputs: readonly Input[], param: string): Mode {
  const count = (role: Input['role']): number =>
    inputs.filter((input) => input.role === role).length;
  const first = count('first_frame');
  const last = count('last_frame');
  const references = inputs.length - first - last;
  if (first > 1 || last > 1) throw invalid(param, 'has more than one image for the same frame');
  if (references > 0 && first + last > 0) throw invalid(param, 'mixes frames with references');
  if (last > 0 && first === 0) throw invalid(param, 'has a last frame without a first frame');
  if (references > 0) return 'reference';
  if (last > 0) return 'first_last_frame';
  return first > 0 ? 'first_frame' : 'text';
}

function checkCounts(inputs: readonly Input[], limits: ModeCapabilities, param: string): void {
  const audios = inputs.filter((input) => input.role === 'reference_audio').length;
  const videos = inputs.filter((input) => input.role === 'reference_video').length;
  const images = inputs.length - audios - videos;
  const over = (count: number, max: number, noun: string): void => {
    if (count > max) throw invalid(param, `has ${String(count)} ${noun}; at most ${String(max)}`);
  };
  over(images, limits.images, 'images');
  over(videos, limits.videos, 'videos');
  over(audios, limits.audios, 'audio files');
  if (audios > 0 && images + videos === 0 && !limits.audioAlone) {
    throw invalid(param, 'has audio as its only reference; add an image or a video');
  }
}

type Frame = Pick<AppliedRequest, 'resolution' | 'aspectRatio' | 'width' | 'height'>;

function frameOf(
  request: VideoRequest,
  model: Capabilities,
  limits: ModeCapabilities,
  name: (field: keyof VideoRequest) => string,
): Frame {
  const ratios = limits.aspectRatios ?? model.aspectRatios;
  if (request.size) return frameOfSize(request, model, { ...request.size, ratios }, name);
  const resolution = request.resolution ?? model.resolutionDefault;
  if (!model.resolutions.includes(resolution)) {
    throw invalid(
      name('resolution'),
      `${resolution} is not offered by this model`,
      model.resolutions,
    );
  }
  const aspectRatio = request.aspectRatio ?? limits.aspectRatioDefault;
  if (!ratios.includes(aspectRatio)) {
    throw invalid(
      name('aspectRatio'),
      `${aspectRatio} is not offered by this model${ratios === model.aspectRatios ? '' : ' for these inputs'}`,
      ratios,
    );
  }
  const pixels = model.sizes[resolution]?.[aspectRatio];
  return pixels
    ? { resolution, aspectRatio, width: pixels[0], height: pixels[1] }
    : { resolution, aspectRatio };
}

function frameOfSize(
  request: VideoRequest,
  model: Capabilities,
  size: { width: number; height: number; ratios: readonly string[] },
  name: (field: keyof VideoRequest) => string,
): Frame {
  const all = sizesOf(model).filter(([, ratio]) => size.ratios.includes(ratio));
  const match = all.find(([, , pixels]) => pixels[0] === size.width && pixels[1] === size.height);
  if (!match) {
    throw invalid(
      name('size'),
      `${String(size.width)}x${String(size.height)} is not offered by this model`,
      all.map(([, , [width, height]]) => `${String(width)}x${String(height)}`),
    );
  }
  const [resolution, aspectRatio] = match;
  if (request.resolution !== undefined && request.resolution !== resolution) {
    throw invalid(name('resolution'), `contradicts ${name('size')}`, [resolution]);
  }
  if (request.aspectRatio !== undefined && request.aspectRatio !== aspectRatio) {
    throw invalid(name('aspectRatio'), `contradicts ${name('size')}`, [aspectRatio]);
  }
  return { resolution, aspectRatio, width: size.width, height: size.height };
}

/** Every size the model makes, as [resolution, ratio, [width, height]]. */
export function sizesOf(
  model: Capabilities,
): readonly (readonly [string, string, readonly [number, number]])[] {
  return Object.entries(model.sizes).flatMap(([resolution, ratios]) =>
    Object.entries(ratios).map(([ratio, pixels]) => [resolution, ratio, pixels] as const),
  );
}

function secondsOf(request: VideoRequest, model: Capabilities, param: string): number {
  const { min, max, auto } = model.seconds;
  const seconds = request.seconds ?? model.seconds.default;
  if (seconds === -1 && auto) return -1;
  if (!Number.isInteger(seconds) || seconds < min || seconds > max) {
    const values = Array.from({ length: max - min + 1 }, (_, index) => min + index);
    throw invalid(
      param,
      `${String(seconds)} is not offered by this model`,
      auto ? [...values, -1] : values,
    );
  }
  return seconds;
}

function checkFlags(
  request: VideoRequest,
  model: Capabilities,
  name: (field: keyof VideoRequest) => string,
): void {
  const refuse = (field: keyof VideoRequest): never => {
    throw invalid(name(field), 'is not supported by this model', ['false']);
  };
  if (request.generateAudio && !model.audio) refuse('generateAudio');
  if (request.watermark && !model.watermark) refuse('watermark');
  if (request.cameraFixed && !model.cameraFixed) refuse('cameraFixed');
  if (request.cameraFixed && request.inputs.some((input) => input.role.startsWith('reference_'))) {
    throw invalid(name('cameraFixed'), 'does not go with references', ['false']);
  }
  if (request.returnLastFrame && !model.lastFrame) refuse('returnLastFrame');
  if (request.fps !== undefined && request.fps !== model.fps) {
    throw invalid(name('fps'), `${String(request.fps)} is not offered by this model`, [model.fps]);
  }
  if (request.negativePrompt && !model.negativePrompt) {
    throw invalid(name('negativePrompt'), 'is not supported by this model');
  }
  checkSeed(request, model, name('seed'));
  checkTier(request, model, name);
}

function checkSeed(request: VideoRequest, model: Capabilities, param: string): void {
  const seed = request.seed;
  if (seed === undefined || seed === -1) return;
  if (!model.seed) throw invalid(param, 'is not supported by this model', [-1]);
  if (seed < model.seed.min || seed > model.seed.max) {
    throw invalid(
      param,
      `must lie between ${String(model.seed.min)} and ${String(model.seed.max)}, or be -1`,
    );
  }
}

function checkTier(
  request: VideoRequest,
  model: Capabilities,
  name: (field: keyof VideoRequest) => string,
): void {
  const tier = request.serviceTier;
  const tiers = model.serviceTiers.length > 0 ? model.serviceTiers : ['default'];
  if (tier !== undefined && !tiers.includes(tier)) {
    throw invalid(name('serviceTier'), `${tier} is not offered by this model`, tiers);
  }
  const expires = request.expiresAfterSeconds;
  if (expires !== undefined) {
    const range = model.expiresAfterSeconds;
    if (!range) throw invalid(name('expiresAfterSeconds'), 'is not supported by this model');
    if (expires < range.min || expires > range.max) {
      throw invalid(
        name('expiresAfterSeconds'),
        `must lie between ${String(range.min)} and ${String(range.max)} seconds`,
      );
    }
  }
  const identifier = request.safetyIdentifier;
  if (identifier !== undefined && identifier.length > model.safetyIdentifierLengthMax) {
    throw invalid(
      name('safetyIdentifier'),
      model.safetyIdentifierLengthMax === 0
        ? 'is not supported by this model'
        : `is longer than ${String(model.safetyIdentifierLengthMax)} characters`,
    );
  }
}
