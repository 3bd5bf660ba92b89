import { lengthsOf } from '../../core/request/apply-capabilities';
import { type Capabilities } from '../../core/request/capabilities';
import type { RoutedModel } from '../../core/catalog/catalog';
import { sizesOf } from '../../core/request/frame';
import { MODES, type Mode } from '../../core/request/request';

/**
 * What a model can be asked for, over all of its channels together, since a request goes to those that can honour it.
 * Not every combination is offered; a create says which ones are.
 */
export interface Offer {
  modes: Mode[];
  resolutions: string[];
  aspectRatios: string[];
  /** `1280x720` */
  sizes: string[];
  /** The lengths on offer in whole seconds, ascending. */
  seconds: number[];
  /** The length may be left to the model. */
  secondsAuto: boolean;
  fps: number[];
  audio: boolean;
  seed: boolean;
  watermark: boolean;
  cameraFixed: boolean;
  lastFrame: boolean;
  serviceTiers: string[];
  /** Characters that every channel takes. */
  safetyIdentifierLengthMax: number;
  /** Vendor keys in which a channel's provider reads media. */
  mediaKeys: string[];
  /** Vendor keys that a channel's provider documents, or its operator has opened. */
  vendorWords: string[];
  /** The most references of each kind that one channel takes. */
  references: { images: number; videos: number; audios: number };
}

export function offerOf({ routes }: RoutedModel): Offer {
  const all = routes.map(({ capabilities }) => capabilities);
  const every = <T>(read: (model: Capabilities) => readonly T[]): T[] => [
    ...new Set(all.flatMap(read)),
  ];
  const most = (kind: 'images' | 'videos' | 'audios'): number =>
    Math.max(...all.map((model) => model.modes.reference?.[kind] ?? 0));
  return {
    modes: MODES.filter((mode) => all.some((model) => model.modes[mode])),
    resolutions: every((model) => model.resolutions),
    aspectRatios: every((model) => model.aspectRatios),
    sizes: every((model) =>
      sizesOf(model).map(([, , [width, height]]) => `${String(width)}x${String(height)}`),
    ),
    seconds: every(({ seconds }) => lengthsOf(seconds)).sort((a, b) => a - b),
    secondsAuto: all.some((model) => model.seconds.auto),
    fps: every((model) => [model.fps]),
    audio: all.some((model) => model.audio && !model.silentOnly),
    seed: all.some((model) => model.seed !== false),
    watermark: all.some((model) => model.watermark),
    cameraFixed: all.some((model) => model.cameraFixed),
    lastFrame: all.some((model) => model.lastFrame),
    serviceTiers: every(({ serviceTiers }) =>
      serviceTiers.length > 0 ? serviceTiers : ['default'],
    ),
    safetyIdentifierLengthMax: Math.min(
      ...all.map(({ safetyIdentifierLengthMax }) => safetyIdentifierLengthMax),
    ),
    mediaKeys: every(({ vendorKeys }) => vendorKeys?.media ?? []),
    vendorWords: every(({ vendorKeys }) => Object.keys(vendorKeys?.checked ?? {})),
    references: { images: most('images'), videos: most('videos'), audios: most('audios') },
  };
}
