import { problemText } from '../../config/problem';
import type { ConfigReport } from '../../run/config-check';

/** Writes what a person reads of a check: what is wrong, what is odd, and what is offered where nothing is wrong. */
export function reportText({
  file,
  ok,
  problems,
  warnings,
  channels,
  models,
}: ConfigReport): string {
  const lines = [
    ...problems.map((problem) => `wrong    ${problemText(problem)}`),
    ...warnings.map((warning) => `warning  ${problemText(warning)}`),
    ...channels.map(({ name, provider, baseUrl = 'simulated' }) => {
      return `channel  ${name} (${provider}): ${baseUrl}`;
    }),
    ...models.map(({ name, madeBy, price, groups }) => {
      return `model    ${name} = ${madeBy.join(', then ')}; ${price}; for ${groups.join(', ')}`;
    }),
    ok ? `${file} can be used.` : `${file} cannot be used: ${counted(problems.length)} wrong.`,
  ];
  return lines.map((line) => `${line}\n`).join('');
}

const counted = (count: number): string =>
  count === 1 ? '1 entry is' : `${String(count)} entries are`;
