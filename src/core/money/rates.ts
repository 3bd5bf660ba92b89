import Big from 'big.js';

/**
 * What one video uses and what each of that costs. All amounts are decimal texts such as "0.14": they come from pages of
 * prices and go into rows of JSON, and no float is ever between.
 */
export type Decimal = string;

/** Amounts for each of what a video uses; what is absent costs nothing by itself. */
export interface Rates {
  perVideo?: Decimal | undefined;
  /** Paid for each second of the video that is made. */
  perSecond?: Decimal | undefined;
  /** Paid for a million of the tokens that the provider counts. */
  perMillionTokens?: Decimal | undefined;
  /** Paid for each picture among the inputs beyond the first `freeImages`. */
  perImage?: Decimal | undefined;
  freeImages?: number | undefined;
  /** Paid for each second of the videos among the inputs. */
  perInputSecond?: Decimal | undefined;
}

/** What a video uses: as it was asked for, or as its provider reported it. */
export interface Quantities {
  /** The length; where the model decides it, the longest that it may choose. */
  seconds: number;
  images: number;
  /** Seconds of all videos among the inputs together; the most that is taken, since nobody has measured them. */
  inputSeconds: number;
  /** What the provider counts; absent where it counts none. */
  tokens?: number | undefined;
  /** The provider's own sum, in the unit that the rates are in; it takes the place of every rate. */
  sum?: Decimal | undefined;
}

/** One line of a price: so much of something at so much each. */
export interface RateLine {
  of: 'video' | 'second' | 'token' | 'image' | 'input_second' | 'reported';
  quantity: Decimal;
  /** The price of one; of a million where they are tokens. */
  rate: Decimal;
  amount: Decimal;
}

/** Multiplies each quantity with its rate, exactly, and leaves out what costs nothing. */
export function linesOf(rates: Rates, used: Quantities): RateLine[] {
  if (used.sum !== undefined) {
    return [{ of: 'reported', quantity: '1', rate: used.sum, amount: used.sum }];
  }
  const { perVideo, perSecond, perMillionTokens, perImage, freeImages = 0, perInputSecond } = rates;
  if (perMillionTokens !== undefined && used.tokens === undefined) {
    throw new Error('a price for tokens of a video whose tokens nobody counts');
  }
  const paidImages = Math.max(0, used.images - freeImages);
  return [
    ...line('video', 1, perVideo),
    ...line('second', used.seconds, perSecond),
    ...line('token', used.tokens ?? 0, perMillionTokens, MILLIONTH),
    ...line('image', paidImages, perImage),
    ...line('input_second', used.inputSeconds, perInputSecond),
  ];
}

const MILLIONTH = '0.000001';

function line(
  of: RateLine['of'],
  quantity: number,
  rate: Decimal | undefined,
  each: Decimal = '1',
): RateLine[] {
  if (rate === undefined || quantity === 0) return [];
  const amount = new Big(quantity).times(rate).times(each);
  return [{ of, quantity: new Big(quantity).toFixed(), rate, amount: amount.toFixed() }];
}

export const sumOf = (lines: readonly RateLine[]): Big =>
  lines.reduce((sum, { amount }) => sum.plus(amount), new Big(0));
