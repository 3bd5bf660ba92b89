import { problemText } from '../../config/problem';
import type { ConfigReport } from '../../run/config-check';

/** Writes what a person reads of a check: what is wrong, what is odd, and what is offered where nothing is wrong. */
export function reportText(report: ConfigReport): string {
  const { problems, warnings, channels, models } = report;
  const lines = [
    ...problems.map((problem) => `wrong    ${problemText(problem)}`),
    ...warnings.map((warning) => `warning  ${problemText(warning)}`),
    ...channels.map(({ name, provider, baseUrl = 'simulated' }) => {
      return `channel  ${name} (${provider}): ${baseUrl}`;
    }),
    ...models.map(({ name, madeBy, price, points }) => {
      const sold = Object.entries(points).map(([group, range]) => `${group} (${spanned(range)})`);
      return `model    ${name} = ${madeBy.join(', then ')}; ${price}; for ${sold.join(', ')}`;
    }),
    summary(report),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** Says `9 to 465 points`, or `25 points` where every video costs the same. */
const spanned = ({ from, to }: { from: string; to: string }): string =>
  from === to ? `${to} points` : `${from} to ${to} points`;

function summary({ file, ok, isThere, problems }: ConfigReport): string {
  if (!ok) return `${file} cannot be used: ${counted(problems.length)} wrong.`;
  return isThere ? `${file} can be used.` : 'A start works without a file.';
}

const counted = (count: number): string =>
  count === 1 ? '1 entry is' : `${String(count)} entries are`;
