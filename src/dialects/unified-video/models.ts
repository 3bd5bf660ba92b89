import { lengthsOf } from '../../core/request/apply-capabilities';
import { type Capabilities } from '../../core/request/capabilities';
import type { RoutedModel } from '../../core/catalog/catalog';
import { given } from '../../core/json/fields';
import { pointsNumber } from '../../core/money/pricing';
import type { PriceRange } from '../../core/money/price-range';
import type { Mode } from '../../core/request/request';
import type { Models, Parameter } from './reply';

/** Lists what a form for each model may offer, read off the capabilities of its first choice of channel. */
export function modelsOf(
  models: readonly RoutedModel[],
  rangeOf: (model: RoutedModel) => PriceRange,
): Models {
  const named = models.map(({ entry, routes: [{ capabilities }] }) => ({ ...entry, capabilities }));
  return {
    success: true,
    models: named.map(({ name, capabilities }) => ({
      id: name,
      name,
      inputs: Object.keys(capabilities.modes),
    })),
    modelParams: Object.fromEntries(
      named.map(({ name, capabilities }) => [name, parametersOf(capabilities)]),
    ),
    pricingHints: Object.fromEntries(
      models.map((model) => [model.entry.name, hintOf(rangeOf(model))]),
    ),
  };
}

function hintOf(range: PriceRange): Models['pricingHints'][string] {
  const from = pointsNumber(range.from);
  if (range.unit === 'job') return { unit: 'job', pointsPerJob: from };
  const to = pointsNumber(range.to);
  if (range.unit === 'table') return { unit: 'table', from, to };
  return { unit: 'second', pointsPerSecond: Number(range.perSecond), from, to };
}

function parametersOf(model: Capabilities): Record<string, Parameter> {
  const modes = Object.values(model.modes);
  const most = (kind: 'images' | 'videos'): number => Math.max(0, ...modes.map((m) => m[kind]));
  const { serviceTiers } = model;
  return {
    model: text({ required: true }),
    prompt: text({ required: true, minLength: 1, maxLength: model.promptLengthMax }),
    duration: {
      type: 'integer',
      required: false,
      enum: [...lengthsOf(model.seconds), ...(model.seconds.auto ? [-1] : [])],
      default: model.seconds.default,
    },
    resolution: text({ enum: [...model.resolutions], default: model.resolutionDefault }),
    quality: text({ enum: [...model.resolutions, 'standard'], default: 'standard' }),
    aspectRatio: text(
      given({
        enum: [...model.aspectRatios],
        default: (model.modes.text ?? modes[0])?.aspectRatioDefault,
      }),
    ),
    mode: text({ enum: ['standard', ...serviceTiers], default: 'standard' }),
    generateAudio: flag(model.audio && !model.silentOnly, model.audioDefault),
    images: { type: 'array', required: needsImages(model), maxItems: most('images') },
    referenceVideoUrls: { type: 'array', required: false, maxItems: most('videos') },
    fixedLens: flag(model.cameraFixed),
    nsfwChecker: flag(false),
    callbackUrl: text(),
    projectId: text(),
  };
}

function needsImages({ modes }: Capabilities): boolean {
  const without: readonly Mode[] = ['text', 'reference'];
  return without.every((mode) => modes[mode] === undefined);
}

const text = (more: Partial<Parameter> = {}): Parameter => ({
  type: 'string',
  required: false,
  ...more,
});

const flag = (isOffered: boolean, isDefault = false): Parameter => ({
  type: 'boolean',
  required: false,
  enum: isOffered ? [true, false] : [false],
  default: isOffered && isDefault,
});
