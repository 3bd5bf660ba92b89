import { ROWS, valueOf } from './rows';
import type { Group, Row, Goal } from './rows';

/**
 * A plot as SVG: for each figure of which something is wanted a bar per state of the code, as long as the share of it
 * that is reached. What is reached ends at the line, whichever unit the figure has.
 */
export function reachedPlot(groups: readonly Group[]): string {
  const rows = ROWS.filter((row) => row.wanted !== undefined);
  const rowHeight = groups.length * BAR + GAP;
  const height = TOP + rows.length * rowHeight + BOTTOM;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${String(WIDTH)}" height="${String(height)}" ` +
      `viewBox="0 0 ${String(WIDTH)} ${String(height)}" font-family="sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    ...scale(height),
    ...legend(groups),
    ...rows.flatMap((row, index) => bars(row, groups, TOP + index * rowHeight)),
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

/** How much of what is wanted is there: 1 is all of it, 2 twice as good. */
export function reached({ is, value }: Goal, measured: number): number {
  if (measured <= 0) return 0;
  return is === 'at least' ? measured / value : value / measured;
}

const WIDTH = 860;
const LEFT = 290;
const RIGHT = 90;
const TOP = 48;
const BOTTOM = 34;
const BAR = 14;
const GAP = 12;
/** A bar ends here, however much more is reached. */
const SHARE_MAX = 2;
const COLORS = ['#9aa5b1', '#f0a35e', '#5b9bd5', '#4caf7a', '#8e6bbf', '#d9655b'];
const INK = '#222222';

const xOf = (share: number): number =>
  Math.round(LEFT + (Math.min(share, SHARE_MAX) / SHARE_MAX) * (WIDTH - LEFT - RIGHT));

function scale(height: number): string[] {
  const bottom = height - BOTTOM;
  return [0, 0.5, 1, 1.5, 2].flatMap((share) => {
    const x = String(xOf(share));
    const stroke = share === 1 ? 'stroke="#222222" stroke-dasharray="4 3"' : 'stroke="#dddddd"';
    return [
      `<line x1="${x}" x2="${x}" y1="${String(TOP - 8)}" y2="${String(bottom)}" ${stroke}/>`,
      text(xOf(share), bottom + 18, share === 1 ? 'wanted' : `${String(share * 100)} %`, 'middle'),
    ];
  });
}

function legend(groups: readonly Group[]): string[] {
  return groups.flatMap(({ name }, index) => {
    const x = LEFT + index * 130;
    return [
      `<rect x="${String(x)}" y="12" width="12" height="12" fill="${colorOf(index)}"/>`,
      text(x + 18, 22, name, 'start'),
    ];
  });
}

function bars(row: Row, groups: readonly Group[], top: number): string[] {
  const middle = top + (groups.length * BAR) / 2 + 4;
  return [
    text(LEFT - 10, middle, row.name, 'end'),
    ...groups.flatMap((group, index) => bar(row, group, index, top + index * BAR)),
  ];
}

function bar(row: Row, group: Group, index: number, y: number): string[] {
  const value = valueOf(group, row);
  if (!value || !row.wanted) return [text(LEFT + 4, y + 11, 'not measured', 'start')];
  const end = xOf(reached(row.wanted, value.middle));
  const unit = row.unit === undefined ? '' : ` ${row.unit}`;
  return [
    `<rect x="${String(LEFT)}" y="${String(y)}" width="${String(end - LEFT)}" ` +
      `height="${String(BAR - 2)}" fill="${colorOf(index)}"/>`,
    text(end + 4, y + 10, `${value.middle.toFixed(row.digits)}${unit}`, 'start'),
  ];
}

const colorOf = (index: number): string => COLORS[index % COLORS.length] ?? INK;

function text(x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end'): string {
  return (
    `<text x="${String(x)}" y="${String(y)}" text-anchor="${anchor}" fill="${INK}">` +
    `${escaped(content)}</text>`
  );
}

const escaped = (content: string): string =>
  content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
