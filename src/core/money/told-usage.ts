import type { FinalVerdict, Usage } from '../job/outcome';

/**
 * Returns what a verdict tells of what was used. A zero for a video that was made says nothing, as a missing count does:
 * otherwise a slip of the provider would give the video away. For any other end zero is what was used.
 */
export function toldUsage(verdict: FinalVerdict): Usage | undefined {
  if (verdict.state !== 'succeeded') return 'usage' in verdict ? verdict.usage : undefined;
  const { usage } = verdict;
  const isZero = Object.fromEntries(ZEROS.map(([name, is]) => [name, is(usage)]));
  const told = Object.entries(usage).filter(([name]) => !isZero[name]);
  return Object.fromEntries(told);
}

/** Says what a person should know of a finished video whose price stands on what was asked for. */
export function zeroText(usage: Usage): string {
  const zeros = ZEROS.filter(([, is]) => is(usage)).map(([name]) => `0 ${WORDS[name]}`);
  return `the provider reported ${zeros.join(' and ')} for a finished video, which counts as nothing reported`;
}

const ZEROS: readonly [keyof Usage, (usage: Usage) => boolean][] = [
  ['tokens', ({ tokens }) => tokens === 0],
  ['seconds', ({ seconds }) => seconds === 0],
  ['inputSeconds', ({ inputSeconds }) => inputSeconds === 0],
  ['units', ({ units }) => isZeroText(units)],
  ['cost', ({ cost }) => isZeroText(cost?.amount)],
];

const WORDS = {
  tokens: 'tokens',
  seconds: 'seconds',
  inputSeconds: 'seconds of its inputs',
  units: 'units',
  cost: 'money',
} as const;

/** Says whether a decimal text is zero; one that is missing is none. */
export const isZeroText = (text: string | undefined): boolean =>
  text !== undefined && /^[0.]+$/.test(text);
