import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { commandLine } from '../../host/command-line';
import { withDefaults } from './answers';
import type { Answers, GivenAnswers } from './answers';
import { ask } from './ask';
import type { Questions } from './ask';
import { fileText } from './file-text';

export interface InitOptions {
  /** The path of the file to be written, as it was given. */
  config: string;
  /** The gateway finds the file there without being told. */
  isUsual: boolean;
  force: boolean;
  given: GivenAnswers;
  /** How a person is asked; undefined where nobody is, and defaults are taken. */
  questions: Questions | undefined;
}

/** What was written, and what somebody types next. */
export interface InitReport {
  written: string;
  next: readonly string[];
}

/**
 * Writes a config file with comments. A file that is there is written over only when somebody agrees or `force` says so:
 * else it throws one sentence, and leaves it.
 */
export async function runInit(options: InitOptions): Promise<InitReport> {
  const { config, force, given, questions } = options;
  const isWrittenOver = force || (await mayWriteOver(config, questions));
  const answers = questions ? await ask(questions, given) : withDefaults(given);
  // Who made the file since then keeps it.
  writeFileSync(config, fileText(answers, schemaFrom(config)), {
    flag: isWrittenOver ? 'w' : 'wx',
  });
  return { written: config, next: nextOf(answers, options) };
}

/** Says whether a file is there that somebody agreed to write over; false where there is none. */
async function mayWriteOver(config: string, questions: Questions | undefined): Promise<boolean> {
  if (!existsSync(config)) return false;
  if (await questions?.agree(`${config} is there. Write over it?`)) return true;
  throw new Error(`${config} is there, and stays as it is; --force writes over it`);
}

/** The folder of the repository lies three folders up in the sources and four in the build. */
const SCHEMAS = ['../../..', '../../../..'].map((up) => join(__dirname, up, 'reelay.schema.json'));

/** Gives the way from a config to the schema, `./reelay.schema.json`; undefined where this installation has none. */
function schemaFrom(config: string): string | undefined {
  const schema = SCHEMAS.find((path) => existsSync(path));
  if (schema === undefined) return undefined;
  const way = relative(dirname(resolve(config)), schema)
    .split(sep)
    .join('/');
  return way.startsWith('.') ? way : `./${way}`;
}

/** Lists what the environment has to hold, and the next three commands. */
function nextOf({ accounts, publicUrl }: Answers, at: InitOptions): string[] {
  const names = accounts.flatMap(({ variables }) => Object.values(variables));
  const keys = names.map((name) => `export ${name}=...`);
  const named = at.isUsual ? [] : [`export REELAY_CONFIG=${at.config}`];
  const url = publicUrl === undefined ? [] : [`export REELAY_PUBLIC_URL=${publicUrl}`];
  return [
    ...keys,
    ...named,
    ...url,
    ...['config check', 'try', 'start'].map((words) => commandLine(words)),
  ];
}
