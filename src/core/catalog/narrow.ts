import { lengthsOf } from '../request/apply-capabilities';
import type { Capabilities, Lengths, ModeCapabilities } from '../request/capabilities';
import type { Mode } from '../request/request';

/** What an operator offers of a model: each field takes some of it away, and what is not named stays. */
export interface Offered {
  /** Whole seconds: bounds, or the lengths themselves. */
  seconds?: { min?: number | undefined; max?: number | undefined } | readonly number[] | undefined;
  resolutions?: readonly string[] | undefined;
  aspectRatios?: readonly string[] | undefined;
  /** Makes every video silent. */
  audio?: false | undefined;
  modes?: readonly Mode[] | undefined;
}

/** A value that asks for what the model does not have: `8k` at `offers.resolutions`. */
export interface OfferProblem {
  at: readonly string[];
  value: unknown;
  text: string;
  /** It is wrong of one channel alone, whatever the others can do. */
  isFatal?: true;
}

/** Returns what is left of a model, undefined where that is nothing. A problem is a value that the model never had. */
export function narrow(
  model: Capabilities,
  asked: Offered,
): { made: Capabilities | undefined; problems: OfferProblem[] } {
  const problems = unknownNames(model, asked);
  const offered = withoutEmptyResolutions(model, asked);
  const modes = Object.entries(model.modes).flatMap(
    ([name, limits]): [string, ModeCapabilities][] => {
      if (offered.modes?.includes(name as Mode) === false) return []; // the names of `modes` are modes
      const made = narrowMode(limits, offered);
      return made ? [[name, made]] : [];
    },
  );
  const seconds = narrowLengths(model.seconds, offered.seconds);
  const resolutions = kept(model.resolutions, offered.resolutions);
  const aspectRatios = kept(model.aspectRatios, offered.aspectRatios);
  const [first] = resolutions;
  if (!seconds || first === undefined || aspectRatios.length === 0 || modes.length === 0) {
    return { made: undefined, problems };
  }
  const made: Capabilities = {
    ...model,
    modes: Object.fromEntries(modes),
    seconds,
    resolutions,
    resolutionDefault: resolutions.includes(model.resolutionDefault)
      ? model.resolutionDefault
      : first,
    aspectRatios,
    sizes: sizesAmong(model.sizes, resolutions, aspectRatios),
    ...(offered.audio === false ? { audioDefault: false, silentOnly: true } : {}),
  };
  return { made, problems };
}

/** Takes away the resolutions of which no length is left; a resolution may have fewer than its model. */
function withoutEmptyResolutions(model: Capabilities, offered: Offered): Offered {
  const { secondsByResolution: fewer = {}, resolutions, modes } = model;
  const { seconds } = offered;
  const empty = Object.keys(fewer).filter(
    (one) => seconds && !fewer[one]?.some((length) => isOffered(length, seconds)),
  );
  if (empty.length === 0) return offered;
  const all = Object.values(modes).flatMap((mode) => mode.resolutions ?? []);
  const left = offered.resolutions ?? [...new Set([...resolutions, ...all])];
  return { ...offered, resolutions: left.filter((one) => !empty.includes(one)) };
}

const kept = (all: readonly string[], offered: readonly string[] | undefined): readonly string[] =>
  offered === undefined ? all : all.filter((one) => offered.includes(one));

/** Returns undefined where nothing of the mode is left. */
function narrowMode(limits: ModeCapabilities, offered: Offered): ModeCapabilities | undefined {
  const { besideVideo, ...made }: ModeCapabilities = limits;
  const { seconds, resolutions, aspectRatios } = limits;
  if (seconds) {
    const lengths = narrowLengths(seconds, offered.seconds);
    if (!lengths) return undefined;
    made.seconds = lengths;
  }
  if (resolutions) {
    made.resolutions = kept(resolutions, offered.resolutions);
    if (made.resolutions.length === 0) return undefined;
  }
  if (aspectRatios) made.aspectRatios = kept(aspectRatios, offered.aspectRatios);
  if (made.aspectRatios?.length === 0) return undefined;
  if (offered.aspectRatios?.includes(limits.aspectRatioDefault) === false) {
    const [ratio] = made.aspectRatios ?? offered.aspectRatios;
    if (ratio === undefined) return undefined;
    made.aspectRatioDefault = ratio;
  }
  if (!besideVideo) return made;
  const beside = narrowMode({ ...made, ...besideVideo }, offered);
  // Without it a video among the inputs would be held to the limits of the mode.
  if (!beside) return { ...made, videos: 0 };
  return {
    ...made,
    besideVideo: {
      ...besideVideo,
      ...(besideVideo.seconds ? { seconds: beside.seconds } : {}),
      ...(besideVideo.resolutions ? { resolutions: beside.resolutions } : {}),
    },
  };
}

/**
 * Returns undefined where no length is left. The model's own choice of a length goes, of a body that says none too, since
 * it knows no bounds.
 */
function narrowLengths(lengths: Lengths, offered: Offered['seconds']): Lengths | undefined {
  if (offered === undefined) return lengths;
  const values = lengthsOf(lengths).filter((value) => isOffered(value, offered));
  const [min] = values;
  const max = values.at(-1);
  if (min === undefined || max === undefined) return undefined;
  const nearest = values.toSorted(
    (one, other) => Math.abs(one - lengths.default) - Math.abs(other - lengths.default),
  )[0];
  return { min, max, values, default: nearest ?? min };
}

function isOffered(value: number, offered: NonNullable<Offered['seconds']>): boolean {
  if ('includes' in offered) return offered.includes(value);
  const { min = 0, max = Infinity } = offered;
  return value >= min && value <= max;
}

function sizesAmong(
  sizes: Capabilities['sizes'],
  resolutions: readonly string[],
  aspectRatios: readonly string[],
): Capabilities['sizes'] {
  const rows = Object.entries(sizes)
    .filter(([resolution]) => resolutions.includes(resolution))
    .map(([resolution, pixels]): [string, Capabilities['sizes'][string]] => [
      resolution,
      Object.fromEntries(Object.entries(pixels).filter(([ratio]) => aspectRatios.includes(ratio))),
    ]);
  return Object.fromEntries(rows);
}

/** Its videos would be sold as silent ones. */
export const ALWAYS_SOUNDS = 'one of its models always makes sound';

/** Finds values that the model never had in any of its modes: a slip of the pen would take away what was meant. */
function unknownNames(model: Capabilities, offered: Offered): OfferProblem[] {
  const modes = Object.values(model.modes);
  const all = <T>(
    own: readonly T[],
    of: (mode: ModeCapabilities) => readonly T[] | undefined,
  ): T[] => [...new Set([...own, ...modes.flatMap((mode) => of(mode) ?? [])])];
  const resolutions = all(model.resolutions, (mode) => mode.resolutions);
  const ratios = all(model.aspectRatios, (mode) => mode.aspectRatios);
  const lengths = all(lengthsOf(model.seconds), (mode) => mode.seconds && lengthsOf(mode.seconds));
  const check = <T>(field: string, named: readonly T[] | undefined, known: readonly T[]) =>
    (named ?? [])
      .filter((one) => !known.includes(one))
      .map((one) => ({
        at: ['offers', field],
        value: one,
        text: `${String(one)} is not one of the model's: ${known.join(', ')}`,
      }));
  return [
    ...check('resolutions', offered.resolutions, resolutions),
    ...check('aspectRatios', offered.aspectRatios, ratios),
    ...check('modes', offered.modes, Object.keys(model.modes) as Mode[]), // its names are modes
    ...('includes' in (offered.seconds ?? {})
      ? check('seconds', offered.seconds as readonly number[], lengths) // only lists have `includes`
      : []),
    ...(offered.audio === false && model.audioAlways
      ? [{ at: ['offers', 'audio'], value: false, text: ALWAYS_SOUNDS, isFatal: true as const }]
      : []),
  ];
}
