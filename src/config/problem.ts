import type { ConfigError } from '../core/catalog/config-error';
import { linesOf } from '../core/json/json-place';

/** What is wrong with a config, at its place: `reelay.config.json:12: channels.ark.baseUrl: is required`. */
export interface Problem {
  /** The path of the file, or `environment`. */
  file: string;
  /** The line, from 1; absent where the file has none for it. */
  line?: number;
  /** The way to the entry, such as `channels.ark.baseUrl`; empty for the whole file. */
  at: string;
  says: string;
}

/** A config that cannot be used, with everything that is wrong with it in the order of the file. */
export class ConfigRefused extends Error {
  constructor(readonly problems: readonly Problem[]) {
    const lines = problems.map(problemText);
    const [first = 'no problem'] = lines;
    super(
      lines.length === 1
        ? first
        : `${String(lines.length)} entries are wrong:\n${lines.map((line) => `  ${line}`).join('\n')}`,
    );
    this.name = 'ConfigRefused';
  }
}

export function problemText({ file, line, at, says }: Problem): string {
  const where = line === undefined ? file : `${file}:${String(line)}`;
  return `${where}: ${at === '' ? '' : `${at}: `}${says}`;
}

/** A file as it was read; its text is empty where there is none. */
export interface SourceText {
  path: string;
  text: string;
}

/** Places errors in the file that they are about, in its order; those without a line come first. */
export function placed({ path, text }: SourceText, errors: readonly ConfigError[]): Problem[] {
  const lineAt = linesOf(text);
  const all = errors.map(({ at, problem }): Problem => {
    const line = lineAt(at);
    return {
      file: path,
      ...(line === undefined ? {} : { line }),
      at: at.map(String).join('.'),
      says: problem,
    };
  });
  return inOrder(all);
}

export const inOrder = (problems: readonly Problem[]): Problem[] =>
  problems.toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0));
