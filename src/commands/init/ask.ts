import { ACCOUNT_NAMES, ACCOUNTS, isReal } from './accounts';
import type { Account } from './accounts';
import { chosen, currenciesOf, withDefaults } from './answers';
import type { Answers, GivenAnswers } from './answers';
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
  const options = ACCOUNT_NAMES.map((value) => ({ value, label: ACCOUNTS[value].label }));
  const provider = given.provider ?? (await questions.choose('Which provider?', options));
  const known = withDefaults({ ...given, provider });
  const variables = await askVariables(questions, known, given);
  const models = await askModels(questions, known, given);
  return {
    account: known.account,
    variables,
    models,
    pointsPer: await askPointsPer(questions, known, models),
    publicUrl: given.publicUrl ?? (await askPublicUrl(questions)),
  };
}

const WORDS: Readonly<Record<string, string>> = {
  apiKey: 'the API key',
  accessKey: 'the access key',
  secretKey: 'the secret key',
};

async function askVariables(
  questions: Questions,
  { variables }: Answers,
  { keyEnv, secretKeyEnv }: GivenAnswers,
): Promise<Answers['variables']> {
  const flags = [keyEnv, secretKeyEnv];
  const answers: Record<string, string> = {};
  for (const [index, [name, usual]] of Object.entries(variables).entries()) {
    const text = `Which environment variable holds ${WORDS[name] ?? name}?`;
    answers[name] = flags[index] ?? (await questions.write(text, usual, variableProblem));
  }
  return answers;
}

async function askModels(
  questions: Questions,
  { account, models }: Answers,
  given: GivenAnswers,
): Promise<readonly OfferedModel[]> {
  const wanted = given.models ? models : await chooseModels(questions, account, models);
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
  account: Account,
  models: readonly OfferedModel[],
): Promise<readonly OfferedModel[]> {
  if (!isReal(account)) return models;
  const options = models.map(({ name, id }) => ({ value: name, label: `${name} (${id})` }));
  return chosen(models, await questions.chooseSome('Which models do callers get?', options));
}

async function askPublicUrl(questions: Questions): Promise<string | undefined> {
  const text = 'At which URL do callers and providers reach this gateway? (empty: on this machine)';
  const answer = await questions.write(text, '', publicUrlProblem);
  return answer === '' ? undefined : answer;
}
