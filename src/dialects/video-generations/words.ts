import type { FieldNames } from '../../core/request/capabilities';
import { invalid } from '../../core/errors';
import { given } from '../../core/json/fields';
import type { VideoRequest } from '../../core/request/request';
import { OWN_WORDS, type Words } from './schema';

/** One place of a request (the top, or `metadata`) in canonical fields, with the caller's spelling of each. */
export interface Layer {
  fields: Partial<Omit<VideoRequest, 'model' | 'inputs' | 'passthrough'>>;
  names: FieldNames;
  passthrough: Record<string, unknown>;
}

/** `prefix` stands before every name in errors. */
export function layerOf(words: Words, prefix: '' | 'metadata.'): Layer {
  const names: FieldNames = {};
  /** The first of these names that is given; its spelling is remembered. */
  const first = <Name extends keyof Words>(
    field: keyof Layer['fields'],
    ...spellings: Name[]
  ): Words[Name] | undefined => {
    const spelling = spellings.find((candidate) => words[candidate] !== undefined);
    if (spelling === undefined) return undefined;
    if (`${prefix}${spelling}` !== field) names[field] = `${prefix}${spelling}`;
    return words[spelling];
  };
  const frame = frameOf(words, prefix);
  Object.assign(names, frame.names);
  return {
    fields: given({
      ...frame.fields,
      prompt: first('prompt', 'prompt'),
      seconds: first('seconds', 'duration', 'seconds'),
      fps: first('fps', 'fps'),
      seed: first('seed', 'seed'),
      serviceTier: first('serviceTier', 'service_tier') ?? tierOf(first('serviceTier', 'mode')),
      negativePrompt: first('negativePrompt', 'negative_prompt'),
      watermark: first('watermark', 'watermark'),
      cameraFixed: first('cameraFixed', 'camera_fixed', 'cameraFixed'),
      generateAudio: audioOf(first('generateAudio', 'generate_audio', 'generateAudio', 'sound')),
      returnLastFrame: first('returnLastFrame', 'return_last_frame'),
      expiresAfterSeconds: first('expiresAfterSeconds', 'execution_expires_after'),
      safetyIdentifier: first('safetyIdentifier', 'safety_identifier'),
    }),
    names,
    passthrough: vendorWordsOf(words),
  };
}

/**
 * `metadata` is laid over the top, before anything is checked or priced. A picture shape is one thing in several words:
 * where both places speak of it, the pixels of one are never mixed with the ratio or resolution of the other.
 */
export function merge(top: Layer, over: Layer): Layer {
  const lower = { ...top.fields };
  if (over.fields.size) {
    delete lower.resolution;
    delete lower.aspectRatio;
  }
  if (over.fields.resolution !== undefined || over.fields.aspectRatio !== undefined) {
    delete lower.size;
  }
  return {
    fields: { ...lower, ...over.fields },
    names: { ...top.names, ...over.names },
    passthrough: { ...top.passthrough, ...over.passthrough },
  };
}

const RESOLUTION = /^(?:\d{3,4}p|\dk)$/i;
/** Words for "as usual", which every model honours. */
const USUAL = new Set(['std', 'standard', 'normal', 'default', 'auto']);

/** Returns the service tier that a `mode` asks for; what `std` means, the model says. */
const tierOf = (mode: string | undefined): string | undefined =>
  mode === undefined || (USUAL.has(mode) && mode !== 'std') ? undefined : mode;

const audioOf = (value: boolean | 'on' | 'off' | undefined): boolean | undefined =>
  typeof value === 'string' ? value === 'on' : value;

/** A `quality` that names a resolution is one; any other but the usual is a word of the vendor's. */
function isVendorQuality(quality: unknown): boolean {
  return typeof quality !== 'string' || !(RESOLUTION.test(quality) || USUAL.has(quality));
}

function vendorWordsOf(words: Words): Record<string, unknown> {
  const { quality } = words;
  const strange = Object.entries(words).filter(([name]) => !OWN_WORDS.has(name));
  return Object.fromEntries([
    ...strange,
    ...(quality !== undefined && isVendorQuality(quality) ? [['quality', quality]] : []),
  ]) as Record<string, unknown>;
}

type Frame = Pick<Layer['fields'], 'size' | 'resolution' | 'aspectRatio'>;

function frameOf(words: Words, prefix: string): { fields: Frame; names: FieldNames } {
  const aspectName = (['aspect_ratio', 'aspectRatio', 'ratio'] as const).find(
    (name) => words[name] !== undefined,
  );
  const isRatio = words.size?.includes(':') ?? false;
  const ratio = aspectName && words[aspectName];
  if (isRatio && ratio !== undefined && ratio !== words.size) {
    throw invalid(`${prefix}size`, `contradicts ${aspectName ?? ''}`, [ratio]);
  }
  const { quality } = words;
  const tier = typeof quality === 'string' && RESOLUTION.test(quality) ? quality : undefined;
  const fields: Frame = given({
    size: pixelsOf(words, prefix),
    aspectRatio: ratio ?? (isRatio ? words.size : undefined),
    resolution: words.resolution ?? tier?.toLowerCase(),
  });
  const spelled = {
    size: words.size === undefined || isRatio ? 'width' : 'size',
    aspectRatio: aspectName ?? 'size',
    resolution: words.resolution === undefined ? 'quality' : 'resolution',
  } as const;
  const names = (['size', 'aspectRatio', 'resolution'] as const)
    .filter((field) => fields[field] !== undefined)
    .map((field) => [field, `${prefix}${spelled[field]}`] as const)
    .filter(([field, name]) => field !== name);
  return { fields, names: Object.fromEntries(names) };
}

function pixelsOf(words: Words, prefix: string): Frame['size'] {
  const { size, width, height } = words;
  if ((width === undefined) !== (height === undefined)) {
    throw invalid(`${prefix}${width === undefined ? 'width' : 'height'}`, 'is required');
  }
  const sides = width === undefined || height === undefined ? undefined : { width, height };
  if (size === undefined || size.includes(':')) return sides;
  const [across = 0, down = 0] = size.split(/[x*]/i).map(Number);
  if (sides && (sides.width !== across || sides.height !== down)) {
    throw invalid(`${prefix}width`, 'and height contradict size', [size]);
  }
  return { width: across, height: down };
}
