import { ACCOUNTS, besides, isReal } from './accounts';
import type { AccountName, Accounts } from './accounts';
import { chosen, currenciesOf, withDefaults } from './answers';
import type { Answers, ChosenAccount, GivenAnswers } from './answers';
import type { OfferedModel } from './models';
import { priceProblem, publicUrlProblem, variableProblem, worthProblem } from './problems';

/** How a person is asked. Each question is asked again until nothing is wrong with its answer. */
export interface Questions {
  choose<Value extends string>(text: string, options: readonly Choice<Value>[]): Promise<Value>;
  /** All are chosen at first; at least one stays. */
  chooseSome(text: string, options: readonly Choice<string>[]): Promise<readonly string[]>;
  /** An empty answer is `usual`. */
  write(
    text: string,
    usual: string,
    problem: (text: string) => string | undefined,
  ): Promise<string>;
  agree(text: string): Promise<boolean>;
}

export interface Choice<Value extends string> {
  value: Value;
  label: string;
}

/** Asks for whatever the flags did not say. */
export async function ask(questions: Questions, given: GivenAnswers): Promise<Answers> {
  const provider = given.provider ?? (await askProviders(questions));
  const known = withDefaults({ ...given, provider });
  const [first, ...others] = known.accounts;
  const accounts: [ChosenAccount, ...ChosenAccount[]] = [
    await askVariables(questions, first, given),
  ];
  for (const other of others) accounts.push(await askVariables(questions, other, given));
  const models = await askModels(questions, known, given);
  return {
    accounts,
    models,
    pointsPer: await askPointsPer(questions, known, models),
    publicUrl: given.publicUrl ?? (await askPublicUrl(questions)),
  };
}

/** Asks for one account, and for another as long as there is one and somebody has it. */
async function askProviders(questions: Questions): Promise<Accounts> {
  const ask = (text: string, names: readonly AccountName[]): Promise<AccountName> =>
    questions.choose(
      text,
      names.map((value) => ({ value, label: ACCOUNTS[value].label })),
    );
  const names: [AccountName, ...AccountName[]] = [await ask('Which provider?', besides([]))];
  for (;;) {
    const others = besides(names);
    const [only] = others;
    if (only === undefined) return names;
    if (!(await questions.agree('Do you have an account at another provider too?'))) return names;
    names.push(await ask('Which one?', others));
  }
}

const WORDS: Readonly<Record<string, string>> = {
  apiKey: 'the API key',
  accessKey: 'the access key',
  secretKey: 'the secret key',
};

async function askVariables(
  questions: Questions,
  { account, variables }: ChosenAccount,
  { keyEnv, secretKeyEnv }: GivenAnswers,
): Promise<ChosenAccount> {
  const flags = [keyEnv, secretKeyEnv];
  const answers: Record<string, string> = {};
  for (const [index, [name, usual]] of Object.entries(variables).entries()) {
    const text = `Which environment variable holds ${WORDS[name] ?? name}?`;
    answers[name] = flags[index] ?? (await questions.write(text, usual, variableProblem));
  }
  return { account, variables: answers };
}

async function askModels(
  questions: Questions,
  { accounts, models }: Answers,
  given: GivenAnswers,
): Promise<readonly OfferedModel[]> {
  const wanted = given.models ? models : await chooseModels(questions, accounts, models);
  const priced: OfferedModel[] = [];
  for (const model of wanted) {
    const said = given.points?.of[model.name] ?? given.points?.all;
    const text = `What does a video of ${model.name} cost, in times its list price (1.3x) or in points (25)?`;
    const price = said ?? (await questions.write(text, model.price, priceProblem));
    priced.push({ ...model, price });
  }
  return priced;
}

async function askPointsPer(
  questions: Questions,
  { pointsPer }: Answers,
  models: readonly OfferedModel[],
): Promise<Answers['pointsPer']> {
  const answers: Record<string, string> = {};
  for (const currency of currenciesOf(models)) {
    const text = `How many points is one ${currency} worth?`;
    answers[currency] = await questions.write(text, pointsPer[currency] ?? '', worthProblem);
  }
  return answers;
}

async function chooseModels(
  questions: Questions,
  accounts: Answers['accounts'],
  models: readonly OfferedModel[],
): Promise<readonly OfferedModel[]> {
  if (!accounts.some(({ account }) => isReal(account))) return models;
  const options = models.map(({ name, id }) => ({ value: name, label: `${name} (${id})` }));
  return chosen(models, await questions.chooseSome('Which models do callers get?', options));
}

async function askPublicUrl(questions: Questions): Promise<string | undefined> {
  const text = 'At which URL do callers and providers reach this gateway? (empty: on this machine)';
  const answer = await questions.write(text, '', publicUrlProblem);
  return answer === '' ? undefined : answer;
}
