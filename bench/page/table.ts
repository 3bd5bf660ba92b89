import type { Report } from '../report';
import { ROWS, isMet, valueOf } from './rows';
import type { Group, Row } from './rows';

/** The measured part of docs/performance.md, in Markdown: where it was measured, and a column per state of the code. */
export function figuresOf(groups: readonly Group[]): string {
  const newest = groups.at(-1)?.reports.at(-1);
  if (!newest) return 'Nothing was measured yet.';
  return [machineOf(newest), plot(groups), table(groups), runsOf(groups)].join('\n\n');
}

function machineOf({ machine, engine, postgres }: Report): string {
  const { cpu, cores, memory_gib, os, node } = machine;
  return (
    `Measured on ${cpu}, ${String(cores)} cores, ${String(memory_gib)} GiB, ${os}, Node ${node}, ` +
    `${engine}, PostgreSQL ${postgres}; everything on this one machine.`
  );
}

function plot(groups: readonly Group[]): string {
  const names = groups.map(({ name }) => name).join(', ');
  return `![What is reached of what is wanted: ${names}](performance/reached.svg)`;
}

function table(groups: readonly Group[]): string {
  const head = ['figure', 'wanted', ...groups.map(({ name }) => name)];
  const rows = ROWS.map((row) => [
    row.unit === undefined ? row.name : `${row.name} (${row.unit})`,
    row.wanted ? `${row.wanted.is} ${String(row.wanted.value)}` : '',
    ...groups.map((group) => cell(group, row)),
  ]);
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return lines.join('\n');
}

/** `0.43 (0.41-0.45)`: the median and what the runs lay between; bold where it is as wanted. */
function cell(group: Group, row: Row): string {
  const value = valueOf(group, row);
  if (!value) return '–';
  const text = (number: number): string => number.toFixed(row.digits);
  const isWanted = row.wanted !== undefined && isMet(row.wanted, value.middle);
  const middle = isWanted ? `**${text(value.middle)}**` : text(value.middle);
  return value.min === value.max ? middle : `${middle} (${text(value.min)}–${text(value.max)})`;
}

function runsOf(groups: readonly Group[]): string {
  const lines = groups.map(({ name, reports }) => {
    const commits = [...new Set(reports.map(({ commit }) => `\`${commit}\``))].join(', ');
    const days = [...new Set(reports.map(({ at }) => at.slice(0, 10)))].join(', ');
    const files = reports.map((_, index) => `${name}-${String(index + 1)}`);
    const links = files.map((file) => `[${file}](performance/${file}.json)`).join(', ');
    return `- *${name}*: ${days}, commit ${commits}; ${links}`;
  });
  return lines.join('\n');
}
