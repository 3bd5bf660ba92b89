import type { AppliedRequest, Input, Mode, VideoRequest } from './request';
import type { Capabilities, FieldNames, Lengths, ModeCapabilities, NameOf } from './capabilities';
import type { KnownFiles } from './media-forms';
import { readTier } from './tier';
import { invalid } from '../errors';
import { checkForms } from './media-forms';
import { frameOf } from './frame';
import { checkFlags } from './capability-flags';
import { checkPassthrough } from './passthrough';

/** Resolves every default against the model. Throws `invalid_request` at the first field that cannot be honoured; what is not known of a file passes. */
export function applyCapabilities(
  asked: VideoRequest,
  capabilities: Capabilities,
  askedNames: FieldNames = {},
  files: KnownFiles = new Map(),
): AppliedRequest {
  const { request, names } = readTier(asked, capabilities, askedNames);
  const name: NameOf = (field) => names[field] ?? field;
  const mode = modeOf(request.inputs, name('inputs'));
  const limits = limitsOf(capabilities, mode, request.inputs, name('inputs'));
  const { fps, audio, promptLengthMax, vendorKeys } = { ...capabilities, ...limits };
  const model = { ...capabilities, fps, audio, promptLengthMax };
  checkCounts(request.inputs, limits, name('inputs'));
  const texts = [request.prompt, request.negativePrompt, request.passthrough];
  checkForms(request.inputs, model.media, { param: name('inputs'), files, texts });
  checkPrompt(request, model, name('prompt'));
  const frame = frameOf(request, model, limits, name);
  const lengths = lengthsIn(model, limits, frame.resolution);
  const seconds = secondsOf(request, lengths, name('seconds'));
  checkFlags(request, model, name);
  if (request.generateAudio && model.audioResolutions?.includes(frame.resolution) === false) {
    const needed = model.audioResolutions.join(' or ');
    throw invalid(name('generateAudio'), `needs ${name('resolution')} ${needed}`, ['false']);
  }
  checkPassthrough(request.passthrough, vendorKeys, { param: name('passthrough'), seconds });
  return {
    mode,
    prompt: request.prompt,
    inputs: request.inputs,
    seconds,
    ...frame,
    fps: model.fps,
    ...(model.audio
      ? { generateAudio: request.generateAudio ?? model.audioAlways ?? soundsBySelf(model, frame) }
      : {}),
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
    ...(request.safetyIdentifier ? { safetyIdentifier: request.safetyIdentifier } : {}),
    ...(request.negativePrompt ? { negativePrompt: request.negativePrompt } : {}),
    passthrough: request.passthrough,
  };
}

function checkPrompt(
  { prompt }: VideoRequest,
  model: Pick<Capabilities, 'promptAlways' | 'promptLengthMax' | 'promptFlags'>,
  param: string,
): void {
  if (model.promptAlways && prompt.trim() === '') {
    throw invalid(param, 'is required by this model');
  }
  if (prompt.length > model.promptLengthMax) {
    throw invalid(param, `is longer than ${String(model.promptLengthMax)} characters`);
  }
  const flag = (model.promptFlags?.overrule ?? []).find((one) => hasFlag(prompt, one));
  if (flag !== undefined) {
    throw invalid(param, `has "${flag}", which would overrule a field: give the field`);
  }
}

/** Says whether a prompt has a flag such as `--frames 96` or `--frames=96`, in whatever case. */
const hasFlag = (prompt: string, flag: string): boolean =>
  new RegExp(`${flag}(?![a-z])`, 'i').test(prompt);

/** Says whether a request that says nothing of sound gets it; never in a resolution that has none. */
const soundsBySelf = (
  {
    audioDefault = false,
    audioResolutions,
  }: Pick<Capabilities, 'audioDefault' | 'audioResolutions'>,
  { resolution }: { resolution: string },
): boolean => audioDefault && audioResolutions?.includes(resolution) !== false;

/**
 * Returns what holds in a mode for these inputs, a video among them included. Throws `invalid_request` where the model
 * does not have the mode.
 */
export function limitsOf(
  capabilities: Pick<Capabilities, 'modes'>,
  mode: Mode,
  inputs: readonly Input[],
  param: string,
): ModeCapabilities {
  const limits = capabilities.modes[mode];
  if (!limits) {
    throw invalid(
      param,
      `the model does not take ${MODE_TEXT[mode]}`,
      Object.keys(capabilities.modes).map((key) => MODE_TEXT[key as Mode]),
    );
  }
  return besideInputs(limits, countsOf(inputs).videos > 0);
}

/** Returns what holds in a mode, with or without a video among the inputs. */
export const besideInputs = (limits: ModeCapabilities, hasVideo: boolean): ModeCapabilities =>
  hasVideo ? { ...limits, ...limits.besideVideo } : limits;

/** Counts the inputs of each kind; what is neither video nor audio is an image. */
export function countsOf(inputs: readonly Input[]): Record<'images' | 'videos' | 'audios', number> {
  const audios = inputs.filter(({ role }) => role === 'reference_audio').length;
  const videos = inputs.filter(({ role }) => role === 'reference_video').length;
  return { images: inputs.length - audios - videos, videos, audios };
}

export const MODE_TEXT: Record<Mode, string> = {
  text: 'text only',
  first_frame: 'a first frame',
  first_last_frame: 'a first and a last frame',
  reference: 'references',
};

/**
 * Returns the mode of a set of inputs. First frame, first and last frame, and references exclude each other: throws
 * `invalid_request` for a mixture.
 */
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

export function checkCounts(
  inputs: readonly Input[],
  limits: ModeCapabilities,
  param: string,
): void {
  const { images, videos, audios } = countsOf(inputs);
  const over = (count: number, max: number, noun: string): void => {
    if (count > max) throw invalid(param, `has ${String(count)} ${noun}; at most ${String(max)}`);
  };
  over(
    images,
    limits.images,
    videos > 0 && limits.besideVideo ? 'images beside a video' : 'images',
  );
  over(videos, limits.videos, 'videos');
  over(audios, limits.audios, 'audio files');
  if (audios > 0 && images + videos === 0 && !limits.audioAlone) {
    throw invalid(param, 'has audio as its only reference; add an image or a video');
  }
}

/** Lists every length of that model or mode, -1 (the model decides) apart. */
export function lengthsOf({ min, max, values }: Lengths): readonly number[] {
  return values ?? Array.from({ length: max - min + 1 }, (_, index) => min + index);
}

/** Returns the lengths of a mode in a resolution, which may be fewer; the model decides none of the fewer ones. */
export function lengthsIn(
  { seconds, secondsByResolution = {} }: Pick<Capabilities, 'seconds' | 'secondsByResolution'>,
  limits: Pick<ModeCapabilities, 'seconds'> | undefined,
  resolution: string,
): Lengths {
  const lengths = limits?.seconds ?? seconds;
  const made = secondsByResolution[resolution];
  if (!made) return lengths;
  const values = lengthsOf(lengths).filter((length) => made.includes(length));
  const [first = lengths.default] = values;
  return {
    min: first,
    max: values.at(-1) ?? first,
    default: values.includes(lengths.default) ? lengths.default : first,
    values,
  };
}

export function secondsOf(request: VideoRequest, lengths: Lengths, param: string): number {
  const seconds = request.seconds ?? lengths.default;
  if (lengthsOf(lengths).includes(seconds) || (lengths.auto && seconds === -1)) return seconds;
  const allowed = [...lengthsOf(lengths), ...(lengths.auto ? ['-1 (the model decides)'] : [])];
  throw invalid(param, `${String(seconds)} is not offered by this model`, allowed);
}
