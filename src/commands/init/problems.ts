import { commaList, UsageError } from '../kit/values';
import { ACCOUNT_NAMES, besides } from './accounts';
import type { AccountName, Accounts } from './accounts';

/** What is wrong with an answer, whether it came as a flag or from a person. */

/** Reads accounts such as `ark,kling`: of each provider one. Throws a `UsageError` that names those that may be given. */
export function readAccounts(text: string): Accounts {
  const names: AccountName[] = [];
  for (const written of commaList(text)) {
    const name = besides(names).find((one) => one === written);
    if (name === undefined) {
      const known = ACCOUNT_NAMES.join(', ');
      const why = ACCOUNT_NAMES.some((one) => one === written)
        ? `"${written}" cannot be in one file with "${names.join(', ')}": write its channel by hand, docs/providers.md has it`
        : `there is no "${written}" (known: ${known})`;
      throw new UsageError(`--provider: ${why}`);
    }
    names.push(name);
  }
  const [first, ...others] = names;
  if (first === undefined) {
    throw new UsageError(`--provider: names none (known: ${ACCOUNT_NAMES.join(', ')})`);
  }
  return [first, ...others];
}

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
const KEY_LENGTH_MIN = 16;

/** Says what is wrong with the name of a variable, in words that never repeat it: it may be the key itself. */
export function variableProblem(text: string): string | undefined {
  const isLikeKey =
    text.length >= KEY_LENGTH_MIN &&
    /\d/.test(text) &&
    /[a-z]/.test(text) &&
    (!/^[A-Z_]/.test(text) || !text.includes('_'));
  if (isLikeKey || (text.length >= KEY_LENGTH_MIN && !VARIABLE.test(text))) {
    return (
      'that looks like a key itself, and a key stays out of the file: give the name of the environment variable that ' +
      'holds it, such as ARK_API_KEY'
    );
  }
  if (VARIABLE.test(text)) return undefined;
  return 'takes the name of an environment variable: letters, digits and _';
}

const AMOUNT = /^\d{1,12}(\.\d{1,6})?$/;

/** Says what is wrong with an amount of points. */
export function pointsProblem(text: string): string | undefined {
  return AMOUNT.test(text) ? undefined : 'takes an amount of points, such as 25 or 0.5';
}

const TIMES = /^\d{1,6}(\.\d{1,6})?x$/;

/** Says whether a price goes by the list price: `1.3x`. */
export const isByCost = (price: string): boolean => TIMES.test(price);

/** Says what is wrong with a price: points whatever the video is, or a multiple of the list price. */
export function priceProblem(text: string): string | undefined {
  if (AMOUNT.test(text) || (TIMES.test(text) && /[1-9]/.test(text))) return undefined;
  return 'takes points, such as 25, or so many times the list price, such as 1.3x';
}

/** Says what is wrong with the worth of a currency. */
export function worthProblem(text: string): string | undefined {
  if (AMOUNT.test(text) && /[1-9]/.test(text)) return undefined;
  return 'takes an amount of points above 0, such as 100';
}

/** Says what is wrong with a public URL; the empty text stands for none. */
export function publicUrlProblem(text: string): string | undefined {
  if (text === '') return undefined;
  const { protocol, pathname, search, username, password } = URL.canParse(text)
    ? new URL(text)
    : NO_URL;
  const isPlain =
    /^https?:$/.test(protocol) && pathname === '/' && `${search}${username}${password}` === '';
  return isPlain ? undefined : 'takes an origin such as https://video.example.com';
}

const NO_URL = { protocol: '', pathname: '', search: '', username: '', password: '' };

/** Makes what reads a flag: the text where nothing is wrong with it, else a `UsageError` that names the flag. */
export function checked(
  flag: string,
  problem: (text: string) => string | undefined,
): (text: string) => string {
  return (text) => {
    const said = problem(text);
    if (said !== undefined) throw new UsageError(`--${flag}: ${said}`);
    return text;
  };
}

/** Points by the name of a model; `all` is for those without a name of their own here. */
export interface GivenPoints {
  all: string | undefined;
  of: Readonly<Record<string, string>>;
}

/** Reads `--points 25` or `--points seedance-2.0=25,seedance-2.5=60`; throws a `UsageError` for any other text. */
export function readPoints(text: string): GivenPoints {
  const pairs = commaList(text).map((item): [string | undefined, string] => {
    const at = item.lastIndexOf('=');
    return at < 0 ? [undefined, item] : [item.slice(0, at), item.slice(at + 1)];
  });
  const wrong = pairs.find(([, amount]) => pointsProblem(amount) !== undefined);
  if (wrong || pairs.length === 0) throw new UsageError(`--points: ${pointsProblem('') ?? ''}`);
  const named = pairs.flatMap(([name, amount]): [string, string][] =>
    name === undefined ? [] : [[name, amount]],
  );
  return { all: pairs.find(([name]) => name === undefined)?.[1], of: Object.fromEntries(named) };
}
