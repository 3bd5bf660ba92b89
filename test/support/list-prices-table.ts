import type { ListPrice } from '../../src/core/money/list-price';
import type { Rates } from '../../src/core/money/rates';
import type { TariffRow } from '../../src/core/money/tariff';
import type { VendorPrices } from '../../src/core/provider/vendor-prices';

/** The table of list prices in docs/providers.md; no lines where nothing is known. */
export function pricesOf(models: readonly string[], prices: VendorPrices | undefined): string[] {
  const rows = models.flatMap((id) => {
    const listed = prices?.models[id];
    return listed ? [`| ${cellsOf(id, listed).join(' | ')} |`] : [];
  });
  return rows.length === 0
    ? []
    : ['| id | list price | of | page, as of | known from |', '|---|---|---|---|---|', ...rows];
}

function cellsOf(id: string, listed: ListPrice): string[] {
  const { rows, source, read, certainty } = listed;
  return [
    `\`${id}\``,
    rows.map(textOf).join('; '),
    unitOf(listed),
    `[${read}](${source})`,
    CERTAINTIES[certainty],
  ];
}

const CERTAINTIES: Readonly<Record<ListPrice['certainty'], string>> = {
  vendor: 'the page',
  second_hand: 'who quotes it',
  guess: 'our guess',
};

/** Writes a row as `1080p from a video 4.7`. */
function textOf({ when = {}, rates }: TariffRow): string {
  const { resolutions = [], audio, inputVideo, seconds, tiers = [] } = when;
  const words = [
    resolutions.join(' and '),
    audio === undefined ? '' : audio ? 'with sound' : 'silent',
    inputVideo ? 'from a video' : '',
    tiers.join(' and '),
    lengthOf(seconds),
    amountOf(rates),
  ];
  return words.filter(Boolean).join(' ');
}

/** Writes a length that a row is for as `6 s:`, and one that is a span as `4 to 8 s:`. */
function lengthOf(seconds: NonNullable<TariffRow['when']>['seconds']): string {
  if (!seconds) return '';
  const { min, max } = seconds;
  return min === max ? `${String(min)} s:` : `${String(min ?? '')} to ${String(max ?? '')} s:`;
}

/** Writes what is paid, and what is paid beside it for inputs. */
function amountOf(rates: Rates): string {
  const { perMillionTokens, perSecond, perVideo, perImage, freeImages, perInputSecond } = rates;
  const beside = [
    perInputSecond === undefined ? '' : `${perInputSecond} for a second of an input video`,
    perImage === undefined ? '' : `${perImage} for a picture${beyond(freeImages)}`,
  ].filter(Boolean);
  const amount = perMillionTokens ?? perSecond ?? perVideo ?? '';
  return beside.length === 0 ? amount : `${amount} (${beside.join(', ')})`;
}

const beyond = (free: number | undefined): string =>
  free === undefined ? '' : ` beyond ${String(free)}`;

function unitOf({ rows, currency, perUnit }: ListPrice): string {
  const { perMillionTokens, perSecond } = rows[0]?.rates ?? {};
  const each = perMillionTokens ? 'a million tokens' : perSecond ? 'a second' : 'a video';
  return perUnit === undefined
    ? `${currency} for ${each}`
    : `units for ${each}, ${perUnit} ${currency} each`;
}
