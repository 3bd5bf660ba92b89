import { LIMITS } from '../../src/core/settings/limits';
import { RETENTION } from '../../src/core/settings/retention';
import { DAY, HOUR, KIB, MIB, MINUTE, SECOND } from '../../src/core/settings/setting';
import type { Settings } from '../../src/core/settings/setting';
import { CADENCE, WAITS } from '../../src/core/settings/waits';

/** docs/settings.md: each wait and limit of the config with its default, its unit and what it decides. */

/** Path of the entries in reelay.config.json -> their table. It is the heading of their section as well. */
export const TABLES: Readonly<Record<string, Settings>> = {
  waits: WAITS,
  'waits.cadence': CADENCE,
  limits: LIMITS,
  retention: RETENTION,
};

const HEAD = ['| name | default | unit | what it decides |', '|---|---|---|---|'];

/** Returns the page with its tables made anew; what stands around them stays. */
export function render(page: string): string {
  return Object.entries(TABLES).reduce((text, [path, table]) => {
    const [before, after] = text.split(`\n## \`${path}\`\n`);
    if (before === undefined || after === undefined) throw new Error(`no section \`${path}\``);
    const next = after.indexOf('\n## ');
    const section = next < 0 ? after : after.slice(0, next);
    const [words = ''] = section.split(`\n${HEAD[0] ?? ''}\n`);
    const said = words.trim() === '' ? [] : [words.trim(), ''];
    const made = ['', ...said, ...HEAD, ...rowsOf(table), ''].join('\n');
    return `${before}\n## \`${path}\`\n${made}${next < 0 ? '' : after.slice(next)}`;
  }, page);
}

function rowsOf(table: Settings): string[] {
  return Object.entries(table).map(([name, { default: value, unit, says, ...bounds }]) =>
    ['', `\`${name}\``, written(value, unit), `${unit}${allowed(bounds)}`, says, '']
      .join(' | ')
      .trim(),
  );
}

/** Writes a default as the file takes it, with a word for people where it is long: `600000 (10 min)`. */
function written(value: number | readonly number[], unit: string): string {
  if (typeof value !== 'number') return JSON.stringify(value).replaceAll(',', ', ');
  const unitOf = UNITS[unit]?.find(({ from, size }) => value >= from && value % size === 0);
  return unitOf ? `${value} (${value / unitOf.size} ${unitOf.name})` : String(value);
}

interface LargerUnit {
  name: string;
  size: number;
  /** Smaller values are told in the next unit. */
  from: number;
}
const larger = (name: string, size: number, from = size): LargerUnit => ({ name, size, from });

/** Units that tell large numbers better, the largest first. */
const UNITS: Readonly<Record<string, readonly LargerUnit[]>> = {
  ms: [larger('days', DAY, 3 * DAY), larger('h', HOUR), larger('min', MINUTE), larger('s', SECOND)],
  bytes: [larger('MiB', MIB), larger('KiB', KIB)],
};

/** Says which values are allowed where that is not simply "above 0". */
function allowed({ least, most }: { least?: number; most?: number }): string {
  if (least === undefined) return most === undefined ? '' : `, up to ${most}`;
  return most === undefined ? `, from ${least}` : `, ${least} to ${most}`;
}
