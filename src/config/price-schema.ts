import { z } from 'zod';
import { fields } from '../core/json/known-fields';
import { given } from '../core/json/fields';
import type { ModelPrice } from '../core/money/model-price';
import type { Rates } from '../core/money/rates';
import { MODES } from '../core/request/request';
import { names, oneOf, required, whole, yesOrNo } from './schema-kit';

/** What an operator writes of prices. Amounts and factors are texts, since a number of JSON is not exact. */

const AMOUNT = /^\d{1,12}(\.\d{1,6})?$/;
export const amount = z
  .string({ error: required('an amount of points as a text, such as "25" or "0.5"') })
  .regex(AMOUNT, 'is not an amount of points such as "25" or "0.5"');

/** The schema of a number above 0 that something is multiplied with. */
export const factor = (example: string) =>
  z
    .string({ error: required(`a number as a text, such as "${example}"`) })
    .regex(/^\d{1,9}(\.\d{1,9})?$/, `is not a number such as "${example}"`)
    .refine(isAboveZero, 'must be above 0');

function isAboveZero(text: string): boolean {
  return /[1-9]/.test(text);
}

const rates = {
  perVideo: amount.optional().describe('Points for each video, as a text: "25" or "0.5".'),
  perJob: amount.optional().describe('The old word of `perVideo`.'),
  perSecond: amount.optional().describe('Points for each second of the video.'),
  perMillionTokens: amount
    .optional()
    .describe('Points for a million of the tokens that the provider counts and reports.'),
  perImage: amount.optional().describe('Points for each picture among the inputs.'),
  freeImages: whole('must be a whole number of pictures', 0)
    .optional()
    .describe('So many pictures cost nothing.'),
  perInputSecond: amount
    .optional()
    .describe(
      'Points for each second of the videos among the inputs; as many seconds as the model takes, since nobody has measured them.',
    ),
};

const rounding = {
  minimum: amount.optional().describe('Points that a video costs at least.'),
  roundTo: amount
    .refine(isAboveZero, 'must be above 0')
    .optional()
    .describe('Points are rounded up to a multiple of this; "1" makes whole ones.'),
};

type Written = { [Name in keyof typeof rates]?: z.infer<(typeof rates)[Name]> };

function checkRates({ value, issues }: z.core.ParsePayload<Written>): void {
  const refuse = (path: string[], message: string): void => {
    issues.push({ code: 'custom', input: value, path, message });
  };
  const { freeImages, ...paid } = value;
  if (Object.keys(rates).every((name) => !(name in paid))) {
    refuse([], `names no rate: ${RATE_NAMES.join(', ')}`);
  }
  if (value.perJob !== undefined && value.perVideo !== undefined) {
    refuse(['perJob'], 'is the old word of "perVideo": leave one of them out');
  }
  if (freeImages !== undefined && value.perImage === undefined) {
    refuse(['freeImages'], 'means nothing without "perImage"');
  }
}

const RATE_NAMES = ['perVideo', 'perSecond', 'perMillionTokens', 'perImage', 'perInputSecond'];

const length = whole('must be a whole number of seconds');

const when = fields({
  modes: z
    .array(z.enum(MODES), { error: 'must be a list of modes' })
    .min(1, 'must name at least one mode')
    .optional()
    .describe('What the video is made from.'),
  resolutions: names('resolutions, such as "720p"').optional().describe('Its resolutions.'),
  fps: z
    .array(whole('must be a whole number of frames'), { error: 'must be a list such as [24]' })
    .min(1, 'must have at least one number')
    .optional()
    .describe('Its frames per second.'),
  audio: yesOrNo.optional().describe('Whether it has sound.'),
  tiers: names('service tiers').optional().describe('Its service tiers.'),
  inputVideo: yesOrNo.optional().describe('Whether a video is among the inputs.'),
  seconds: fields({
    min: length.optional().describe('The shortest.'),
    max: length.optional().describe('The longest.'),
  })
    .optional()
    .describe('Its length.'),
}).describe('The videos that the row is for; what is not named may be anything.');

const row = fields({ when: when.optional(), ...rates })
  .check(checkRates)
  .describe('Rates for some of the videos.');

const freePrice = fields({ free: z.literal(true).describe('Costs callers nothing.') });
const flatPrice = fields({ ...rates, ...rounding }).check(checkRates);
const tablePrice = fields({
  rows: z
    .array(row, { error: 'must be a list of rows' })
    .min(1, 'must have at least one row')
    .describe('The first row that is for a video makes its price.'),
  ...rounding,
});
const costPrice = fields({
  costTimes: factor('1.3').describe(
    "So many times the list price of the provider's model, in points by `money.pointsPer`; what an account pays of the list price changes nothing of it.",
  ),
  ...rounding,
});

const PRICE_FORMS =
  'must be {"perVideo": "25"}, {"perSecond": "5"}, {"rows": [...]}, {"costTimes": "1.3"} or {"free": true}';

/** The schema of a model's price: rates, rows of them, a multiple of the cost, or nothing. */
export const priceSchema = oneOf(
  [flatPrice, tablePrice, costPrice, freePrice],
  (value) => {
    if ('rows' in value) return tablePrice;
    if ('costTimes' in value) return costPrice;
    return 'free' in value && Object.keys(value).length === 1 ? freePrice : flatPrice;
  },
  PRICE_FORMS,
).describe('What a video costs a caller: points.');

function checkCurrencies({ value, issues }: z.core.ParsePayload<Record<string, string>>): void {
  for (const name of Object.keys(value).filter((one) => !/^[A-Z]{3}$/.test(one))) {
    const message = 'is no currency such as "USD"';
    issues.push({ code: 'custom', input: value, path: [name], message });
  }
}

/** Returns the price as it is computed with: what is flat is a table of one row. */
export function modelPriceOf(written: z.output<typeof priceSchema>): ModelPrice {
  if ('free' in written || 'costTimes' in written) return written;
  const { minimum, roundTo, ...rest } = written;
  const rows =
    'rows' in rest
      ? rest.rows.map(({ when: of, ...paid }) => ({ ...given({ when: of }), rates: ratesOf(paid) }))
      : [{ rates: ratesOf(rest) }];
  return { rows, ...given({ minimum, roundTo }) };
}

function ratesOf({ perJob, ...written }: Written): Rates {
  return perJob === undefined ? written : { ...written, perVideo: perJob };
}

/** The schema of what the operator says of money for all models together. */
export const moneySchema = fields({
  pointsPer: z
    .record(z.string(), factor('100'))
    .check(checkCurrencies)
    .default({})
    .describe(
      'Points for one of a currency, such as `{"USD": "100", "CNY": "14"}`. There is no default: a rate of exchange is not guessed.',
    ),
  overHoldShare: z
    .string({ error: required('a share as a text, such as "0.2"') })
    .regex(/^(0(\.\d{1,6})?|1(\.0{1,6})?)$/, 'must be a share from "0" to "1"')
    .default('0.2')
    .describe(
      'A job that used more than was held is charged so much of its hold beyond it at the most, where the balance has it.',
    ),
});
