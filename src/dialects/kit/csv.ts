import type { Answer } from '../../core/api/answer';

export type Cell = string | number | null;

/** Answers a table as a CSV file (RFC 4180) of that name, with its columns in the first line. */
export function csvAnswer(
  name: string,
  columns: readonly string[],
  lines: readonly (readonly Cell[])[],
): Answer & { headers: Record<string, string> } {
  return {
    status: 200,
    headers: {
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': `attachment; filename="${name}.csv"`,
    },
    body: [columns, ...lines].map((line) => `${line.map(cellOf).join(',')}\r\n`).join(''),
  };
}

/** Writes one cell. A text that a spreadsheet would take for a formula is kept a text by an apostrophe. */
function cellOf(value: Cell): string {
  if (typeof value !== 'string') return value === null ? '' : String(value);
  const plain = /^[=+\-@\t\r]/.test(value) && !AMOUNT.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

/** A negative amount of points is a number to a spreadsheet, as it should be. */
const AMOUNT = /^-\d+(\.\d+)?$/;
