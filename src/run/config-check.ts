import type { Config, SurveyOptions } from '../config';
import { modelPriceOf } from '../config/price-schema';
import { priceRangeOf } from '../core/catalog/price-range';
import { formatPoints } from '../core/money/pricing';
import { ConfigRefused, inOrder, placed } from '../config/problem';
import type { Problem } from '../config/problem';
import { buildCatalog } from './channels';
import { configWarnings, publicUrlWarning } from './config-warnings';
import { priceInWords } from './price-words';
import { NOWHERE, surveySettings } from './settings';

/** What `reelay config check` finds; it starts nothing and asks nobody. */
export interface ConfigReport {
  /** False where a start would refuse the config. */
  ok: boolean;
  /** The path of the file; it may be missing, if nobody named it. */
  file: string;
  isThere: boolean;
  problems: readonly Problem[];
  /** What is allowed and most likely not meant. */
  warnings: readonly Problem[];
  /** What would be offered; empty where there are problems. */
  channels: readonly CheckedChannel[];
  models: readonly CheckedModel[];
}

export interface CheckedChannel {
  name: string;
  provider: string;
  /** Missing for a simulated one. */
  baseUrl?: string;
}

export interface CheckedModel {
  name: string;
  /** Each as `ark: doubao-seedance-2-0-260128`, in the order in which they are tried. */
  madeBy: readonly string[];
  price: string;
  groups: readonly string[];
  /** What its cheapest and its dearest video cost callers of each group, in points: `{"default": {"from": "9", "to": "465"}}`. */
  points: Readonly<Record<string, PointsRange>>;
}

/** Two amounts of points as decimal text. */
interface PointsRange {
  from: string;
  to: string;
}

/** Checks the config that is named, by default that of the environment. Nothing is thrown for what is wrong with it. */
export function checkConfig(options: SurveyOptions, now: number): ConfigReport {
  try {
    const { config, problems } = surveySettings(options);
    const { path: file, text } = config.source;
    const source = { file, isThere: text !== '' };
    const warnings = warningsOf(config, now).filter((warning) => !isToldAs(problems, warning));
    if (problems.length > 0) return { ...EMPTY, ...source, problems, warnings };
    return { ok: true, ...source, problems, warnings, ...offerOf(config) };
  } catch (error) {
    if (!(error instanceof ConfigRefused)) throw error;
    return { ...EMPTY, file: error.problems[0]?.file ?? '', problems: error.problems };
  }
}

/** Says that an entry is wrong already: what is odd about what is left of it was not written. */
const isToldAs = (problems: readonly Problem[], { at }: Problem): boolean =>
  problems.some((problem) => problem.at === at || problem.at.startsWith(`${at}.`));

const EMPTY = { ok: false, isThere: false, warnings: [], channels: [], models: [] };

function warningsOf(config: Config, now: number): Problem[] {
  const says = publicUrlWarning(config);
  const environment = { file: 'environment', at: 'REELAY_PUBLIC_URL' };
  const { path: file, text } = config.source;
  return inOrder([
    ...(text === '' ? [{ file, at: '', says: 'is not here, so every model is simulated' }] : []),
    ...(says === undefined ? [] : [{ ...environment, says }]),
    ...placed(config.source, configWarnings(config, now)),
  ]);
}

function offerOf(config: Config): Pick<ConfigReport, 'channels' | 'models'> {
  const { channels, models } = config;
  const points = pointsByModel(config);
  return {
    channels: Object.entries(channels).map(([name, channel]) => ({
      name,
      provider: channel.provider,
      ...('baseUrl' in channel ? { baseUrl: channel.baseUrl } : {}),
    })),
    models: Object.entries(models).map(([name, { channels: choices, price, groups }]) => ({
      name,
      madeBy: choices.map(({ channel, model }) => `${channel}: ${model}`),
      price: priceInWords(modelPriceOf(price)),
      groups,
      points: Object.fromEntries(groups.map((group) => [group, points(name, group)])),
    })),
  };
}

/** Returns what finds the range of a model's prices for the callers of a group, as `GET /v1/videos/models` tells it. */
function pointsByModel(config: Config): (name: string, group: string) => PointsRange {
  const catalog = buildCatalog(config, NOWHERE);
  const rules = catalog.priceRules();
  return (name, group) => {
    const model = catalog.find({ group, models: null }, name);
    if (!model) throw new Error(`${name} is not offered to ${group}`);
    const { from, to } = priceRangeOf(model, { group, rules });
    return { from: formatPoints(from), to: formatPoints(to) };
  };
}
