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
  const shape = Object.entries(table).map(([name, setting]) => [name, schemaOf(setting)]);
  return Object.fromEntries(shape) as Shape<Table>; // the same names, each with the schema of its own setting
}

function schemaOf(setting: Settings[string]): z.ZodType {
  if (!isList(setting)) return numberOf(setting).default(setting.default);
  const items = z.array(numberOf(setting)).min(1).max(LIST_ITEMS_MAX);
  return items.default([...setting.default]);
}

function isList(setting: Settings[string]): setting is Setting<readonly number[]> {
  return typeof setting.default !== 'number';
}

type Bounds = Pick<Setting, 'least' | 'most' | 'isFraction'>;

function numberOf({ least, most, isFraction }: Bounds): z.ZodNumber {
  const number: z.ZodNumber = isFraction ? z.number() : z.int();
  const above = least === undefined ? number.positive() : number.min(least);
  return most === undefined ? above : above.max(most);
}

type KeptShape = { [Name in keyof Retention]: ReturnType<typeof keptOf> };

function keptShape(): KeptShape {
  const shape = Object.entries(RETENTION).map(([name, setting]) => [name, keptOf(setting)]);
  return Object.fromEntries(shape) as KeptShape; // the same names, each with the schema of its own setting
}

/** Makes the schema of a wait of which 0 and null say the same: for ever. */
function keptOf(setting: Setting) {
  const wait = numberOf(setting).nullable().default(setting.default);
  return wait.transform((value) => value || null);
}
