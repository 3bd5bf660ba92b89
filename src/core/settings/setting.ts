/**
 * A number, or a list of numbers, that an operator may set. It is said once: the schema of the config, the types of
 * what uses it and docs/settings.md are made from it.
 */
export interface Setting<Value = number> {
  default: Value;
  /** `ms`, `bytes`, or the noun of what is counted, such as `rows`. */
  unit: string;
  /** A sentence that tells an operator what the number decides. */
  says: string;
  /** The least that may be written; absent where it must be above 0. */
  least?: number;
  /** The most that may be written; absent where nothing is too much. */
  most?: number;
  /** Takes 0.5 as well; absent where only whole numbers are meant. */
  isFraction?: true;
}

/** A table of settings by name. */
export type Settings = Readonly<Record<string, Setting | Setting<readonly number[]>>>;

/** The values that a config holds for a table of settings. */
export type Values<Table extends Settings> = {
  readonly [Name in keyof Table]: Table[Name]['default'];
};

/** Returns what a config holds of a table where its file says nothing. */
export function defaultsOf<Table extends Settings>(table: Table): Values<Table> {
  const values = Object.entries(table).map(([name, setting]) => [name, setting.default]);
  return Object.fromEntries(values) as Values<Table>; // the same names, each with its own value
}

type Bounds = Pick<Setting, 'least' | 'most' | 'isFraction'>;

/** Makes a wait in milliseconds. */
export const ms = (value: number, says: string, bounds: Bounds = {}): Setting => ({
  default: value,
  unit: 'ms',
  says,
  ...bounds,
});

/** Makes a limit; `unit` is what it counts, such as `rows`. */
export const limit = (value: number, unit: string, says: string, bounds: Bounds = {}): Setting => ({
  default: value,
  unit,
  says,
  ...bounds,
});

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const KIB = 1024;
export const MIB = 1024 * KIB;
