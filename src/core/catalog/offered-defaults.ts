import { lengthsOf } from '../request/apply-capabilities';
import type { Capabilities, Lengths, ModeCapabilities } from '../request/capabilities';
import { ALWAYS_SOUNDS } from './narrow';
import type { OfferProblem } from './narrow';

/** What a request says where its caller says nothing, in the operator's words. */
export interface OfferedDefaults {
  /** Whole seconds. */
  seconds?: number | undefined;
  resolution?: string | undefined;
  aspectRatio?: string | undefined;
  audio?: boolean | undefined;
}

/**
 * Returns the model with these defaults, each in every mode that offers it. A problem is a default that none offers.
 */
export function withOfferedDefaults(
  model: Capabilities,
  defaults: OfferedDefaults,
): { made: Capabilities; problems: OfferProblem[] } {
  const modes = Object.entries(model.modes).map(([name, mode]): [string, ModeCapabilities] => [
    name,
    modeWith(mode, model, defaults),
  ]);
  const { seconds, resolution, audio } = defaults;
  const made: Capabilities = {
    ...model,
    modes: Object.fromEntries(modes),
    seconds: lengthsWith(model.seconds, seconds),
    ...(resolution !== undefined && model.resolutions.includes(resolution)
      ? { resolutionDefault: resolution }
      : {}),
    ...(audio === undefined || !model.audio ? {} : { audioDefault: audio }),
  };
  return { made, problems: problemsOf(made, defaults) };
}

function modeWith(
  mode: ModeCapabilities,
  { aspectRatios }: Capabilities,
  { seconds, resolution, aspectRatio }: OfferedDefaults,
): ModeCapabilities {
  const made = { ...mode };
  if (mode.seconds) made.seconds = lengthsWith(mode.seconds, seconds);
  if (resolution !== undefined && mode.resolutions?.includes(resolution)) {
    // The first is the default.
    made.resolutions = [resolution, ...mode.resolutions.filter((one) => one !== resolution)];
  }
  if (aspectRatio !== undefined && (mode.aspectRatios ?? aspectRatios).includes(aspectRatio)) {
    made.aspectRatioDefault = aspectRatio;
  }
  return made;
}

const lengthsWith = (lengths: Lengths, seconds: number | undefined): Lengths =>
  seconds !== undefined && lengthsOf(lengths).includes(seconds)
    ? { ...lengths, default: seconds }
    : lengths;

function problemsOf(model: Capabilities, defaults: OfferedDefaults): OfferProblem[] {
  const modes = Object.values(model.modes);
  const { seconds, resolution, aspectRatio, audio } = defaults;
  const lengths = new Set(modes.flatMap((mode) => lengthsOf(mode.seconds ?? model.seconds)));
  const resolutions = new Set(modes.flatMap((mode) => mode.resolutions ?? model.resolutions));
  const ratios = new Set(modes.flatMap((mode) => mode.aspectRatios ?? model.aspectRatios));
  const check = <T>(
    field: string,
    value: T | undefined,
    offered: ReadonlySet<T>,
  ): OfferProblem[] =>
    value === undefined || offered.has(value)
      ? []
      : [
          {
            at: ['defaults', field],
            value,
            text: `${String(value)} is not offered: ${[...offered].join(', ')}`,
          },
        ];
  return [
    ...check('seconds', seconds, lengths),
    ...check('resolution', resolution, resolutions),
    ...check('aspectRatio', aspectRatio, ratios),
    ...(audio === undefined ? [] : audioProblem(model, audio)),
  ];
}

function audioProblem(model: Capabilities, audio: boolean): OfferProblem[] {
  const found = { at: ['defaults', 'audio'], value: audio };
  const problem = (text: string): OfferProblem[] => [{ ...found, text }];
  if (!audio) return model.audioAlways ? [{ ...found, text: ALWAYS_SOUNDS, isFatal: true }] : [];
  const canSound = model.audio || Object.values(model.modes).some((mode) => mode.audio);
  if (!canSound || model.silentOnly) return problem('no video of this model has sound');
  const { audioResolutions: needed, resolutionDefault } = model;
  return needed === undefined || needed.includes(resolutionDefault)
    ? []
    : problem(
        `needs ${needed.join(' or ')}, and the resolution is ${resolutionDefault} by default`,
      );
}
