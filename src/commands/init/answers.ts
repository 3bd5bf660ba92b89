import { UsageError } from '../kit/values';
import { ACCOUNTS, isReal } from './accounts';
import type { Account, AccountName, Accounts } from './accounts';
import { modelsOf } from './models';
import type { OfferedModel } from './models';
import { isByCost } from './problems';
import type { GivenPoints } from './problems';

/** What is known before a file is written: from flags, from questions, or by default. */
export interface Answers {
  accounts: readonly [ChosenAccount, ...ChosenAccount[]];
  models: readonly OfferedModel[];
  /** Points for one of each currency in which a model's price goes by its list price: `{USD: '100'}`. */
  pointsPer: Readonly<Record<string, string>>;
  publicUrl: string | undefined;
}

export interface ChosenAccount {
  account: Account;
  /** Each credential with the variable that holds it: `{apiKey: 'ARK_API_KEY'}`. */
  variables: Readonly<Record<string, string>>;
}

/** What flags said; a missing one is asked for or takes its default. */
export interface GivenAnswers {
  provider?: Accounts | undefined;
  keyEnv?: string | undefined;
  secretKeyEnv?: string | undefined;
  models?: readonly string[] | undefined;
  points?: GivenPoints | undefined;
  publicUrl?: string | undefined;
}

/** Completes what flags said with defaults. Throws a `UsageError` for a model that the account does not have. */
export function withDefaults(given: GivenAnswers): Answers {
  const [first, ...others] = given.provider ?? ['simulated'];
  const accounts: Answers['accounts'] = [
    chosenAccount(first, given),
    ...others.map((name) => chosenAccount(name, given)),
  ];
  checkFlags(accounts, given);
  const all = accounts.flatMap(({ account }) => modelsOf(account));
  const models = withPoints(chosen(all, given.models), given.points);
  return {
    accounts,
    models,
    pointsPer: Object.fromEntries(currenciesOf(models).map((name) => [name, usualWorth(name)])),
    publicUrl: given.publicUrl === '' ? undefined : given.publicUrl,
  };
}

function chosenAccount(name: AccountName, given: GivenAnswers): ChosenAccount {
  const account = ACCOUNTS[name];
  return { account, variables: variablesOf(account, given) };
}

/** Refuses flags that mean nothing to the account, or not to which of several. */
function checkFlags(accounts: Answers['accounts'], { keyEnv, secretKeyEnv }: GivenAnswers): void {
  const [{ variables }, ...others] = accounts;
  const takes = others.length > 0 ? 0 : Object.keys(variables).length;
  if (keyEnv !== undefined && takes < 1) {
    throw new UsageError('--key-env needs one --provider alone, and one that has a key');
  }
  if (secretKeyEnv !== undefined && takes < 2) {
    throw new UsageError('--secret-key-env needs --provider kling-pair');
  }
}

/** Gives each credential its variable: the first takes `--key-env`, the second one `--secret-key-env`. */
function variablesOf(
  account: Account,
  { keyEnv, secretKeyEnv }: GivenAnswers,
): ChosenAccount['variables'] {
  if (!isReal(account)) return {};
  const flags = [keyEnv, secretKeyEnv];
  return Object.fromEntries(
    Object.entries(account.variables).map(([name, usual], index) => [name, flags[index] ?? usual]),
  );
}

/** Keeps the models of these names, in the order of the list. */
export function chosen(
  models: readonly OfferedModel[],
  names: readonly string[] | undefined,
): readonly OfferedModel[] {
  if (names === undefined) return models;
  const known = models.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined || names.length === 0) {
    const what = unknown === undefined ? 'names none' : `there is no "${unknown}"`;
    throw new UsageError(`--models: ${what} (known: ${known.join(', ')})`);
  }
  return models.filter(({ name }) => names.includes(name));
}

/** Puts the given points in place of the usual ones. Throws a `UsageError` for a name that is not among the models. */
function withPoints(
  models: readonly OfferedModel[],
  { all, of }: GivenPoints = { all: undefined, of: {} },
): readonly OfferedModel[] {
  const known = models.map(({ name }) => name);
  const unknown = Object.keys(of).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`--points: there is no "${unknown}" (known: ${known.join(', ')})`);
  }
  return models.map((model) => ({ ...model, price: of[model.name] ?? all ?? model.price }));
}

/** Lists the currencies whose worth in points the file must say. */
export const currenciesOf = (models: readonly OfferedModel[]): string[] => [
  ...new Set(models.flatMap(({ price, currency }) => (isByCost(price) ? (currency ?? []) : []))),
];

/** A proposal to start from: what a point is worth, and a currency in points, is the operator's to say. */
const usualWorth = (currency: string): string => (currency === 'CNY' ? '14' : '100');
