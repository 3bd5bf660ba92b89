import type { PricedVideo, TariffRow } from '../money/tariff';

/** A name in a row of prices that no video has: a slip of the pen would leave it to another row. */
export interface UnmetName {
  /** Its place under the rows: `0.when.resolutions.1`. */
  at: readonly PropertyKey[];
  name: string;
  /** What videos have there. */
  known: readonly string[];
}

/** Lists the names in rows that none of the videos has, in the order of the rows. */
export const unmetNames = (
  rows: readonly TariffRow[],
  videos: readonly PricedVideo[],
): UnmetName[] =>
  rows.flatMap(({ when = {} }, index) =>
    FIELDS.flatMap(([field, own]) => {
      const named: readonly (string | number)[] = when[field] ?? [];
      if (named.length === 0) return [];
      const known = new Set<string | number>(videos.map((video) => video[own]));
      return named.flatMap((name, place) =>
        known.has(name)
          ? []
          : [
              {
                at: [index, 'when', field, place],
                name: String(name),
                known: [...known].map(String),
              },
            ],
      );
    }),
  );

const FIELDS = [
  ['modes', 'mode'],
  ['resolutions', 'resolution'],
  ['fps', 'fps'],
  ['tiers', 'tier'],
] as const;
