import { z } from 'zod';
import { fields } from '../core/json/known-fields';
import { LIMITS } from '../core/settings/limits';
import { RETENTION } from '../core/settings/retention';
import type { Retention } from '../core/settings/retention';
import type { Setting, Settings } from '../core/settings/setting';
import { CADENCE, WAITS } from '../core/settings/waits';

/** The schemas of `waits`, `limits` and `retention`, made from their tables in src/core/settings. */

/** No list of a config needs more items: the one that there is plans the tries of a callback. */
const LIST_ITEMS_MAX = 50;

export const waitsSchema = fields({
  ...shapeOf(WAITS),
  cadence: fields(shapeOf(CADENCE)).prefault({}),
});

export const limitsSchema = fields(shapeOf(LIMITS));

export const retentionSchema = fields(keptShape());

type Shape<Table extends Settings> = {
  [Name in keyof Table]: Table[Name] extends Setting
    ? z.ZodDefault<z.ZodNumber>
    : z.ZodDefault<z.ZodArray<z.ZodNumber>>;
};

function shapeOf<Table extends Settings>(table: Table): Shape<Table> {
  const shape = Object.entries(table).map(([name, setting]) => [
    name,
    schemaOf(setting).describe(setting.says),
  ]);
  return Object.fromEntries(shape) as Shape<Table>; // the same names, each with the schema of its own setting
}

function schemaOf(setting: Settings[string]): z.ZodType {
  if (!isList(setting)) return numberOf(setting).default(setting.default);
  const items = z
    .array(numberOf(setting), { error: 'must be a list of numbers' })
    .min(1, 'must have at least one number')
    .max(LIST_ITEMS_MAX, `must have at most ${String(LIST_ITEMS_MAX)} numbers`);
  return items.default([...setting.default]);
}

function isList(setting: Settings[string]): setting is Setting<readonly number[]> {
  return typeof setting.default !== 'number';
}

type Bounds = Pick<Setting, 'least' | 'most' | 'isFraction'>;

function numberOf(bounds: Bounds): z.ZodNumber {
  const { least, most, isFraction } = bounds;
  const error = boundsInWords(bounds);
  const number: z.ZodNumber = isFraction ? z.number({ error }) : z.int({ error });
  const above = least === undefined ? number.positive({ error }) : number.min(least, { error });
  return most === undefined ? above : above.max(most, { error });
}

/** Says what a number must be: `must be a whole number above 0`, `must be a number from 0 to 1`. */
function boundsInWords({ least, most, isFraction }: Bounds): string {
  const kind = isFraction ? 'a number' : 'a whole number';
  const from = least === undefined ? 'above 0' : `from ${String(least)}`;
  if (most === undefined) return `must be ${kind} ${from}`;
  return `must be ${kind} ${from}${least === undefined ? ' and up' : ''} to ${String(most)}`;
}

type KeptShape = { [Name in keyof Retention]: ReturnType<typeof keptOf> };

function keptShape(): KeptShape {
  const shape = Object.entries(RETENTION).map(([name, setting]) => [
    name,
    keptOf(setting).describe(setting.says),
  ]);
  return Object.fromEntries(shape) as KeptShape; // the same names, each with the schema of its own setting
}

/** Makes the schema of a wait of which 0 and null say the same: for ever. */
function keptOf(setting: Setting) {
  const wait = numberOf(setting).nullable().default(setting.default);
  return wait.transform((value) => value || null);
}
