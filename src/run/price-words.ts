import type { ModelPrice } from '../core/money/model-price';
import type { Rates } from '../core/money/rates';

/** Says what a model costs, in a line for operators: `25 points`, `5 points a second`, `1.3 times the list price`. */
export function priceInWords(price: ModelPrice): string {
  if ('free' in price) return 'free';
  const { minimum } = price;
  const least = minimum === undefined ? '' : `, at least ${minimum} points`;
  if ('costTimes' in price) return `${price.costTimes} times the list price${least}`;
  const [row, ...others] = price.rows;
  const isTable = others.length > 0 || row?.when !== undefined;
  const count = price.rows.length;
  if (isTable) return `a table of ${String(count)} ${count === 1 ? 'row' : 'rows'}${least}`;
  return `${ratesInWords(row?.rates ?? {})}${least}`;
}

function ratesInWords(rates: Rates): string {
  const { perVideo, perSecond, perMillionTokens, perImage, perInputSecond } = rates;
  const paid: [string | undefined, string][] = [
    [perVideo, 'points'],
    [perSecond, 'points a second'],
    [perMillionTokens, 'points for a million tokens'],
    [perImage, 'points for each picture'],
    [perInputSecond, 'points for each second of a video among the inputs'],
  ];
  return paid
    .flatMap(([rate, what]) => (rate === undefined ? [] : [`${rate} ${what}`]))
    .join(' and ');
}
