/** A mistake on the command line: shown as its one sentence, without a stack. */
export class UsageError extends Error {}

/** A person ended a command before it was done, in answer to a question of its. */
export class GivenUpError extends Error {}

/**
 * Makes what reads a whole number within bounds from a flag's text, such as `8080`. It throws a `UsageError` that names
 * the flag and the bounds for any other text.
 */
export function wholeNumber(flag: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= min && number <= max) return number;
    throw new UsageError(
      `--${flag} takes a whole number from ${String(min)} to ${String(max)}, not "${text}"`,
    );
  };
}

/** Makes what reads a port, as in `--port 8080`; 0 stands for a free one. */
export const port = (flag: string): ((text: string) => number) => wholeNumber(flag, 0, PORT_MAX);

const PORT_MAX = 65_535;

/** Makes what reads one of these words, as in `--provider fal`. It throws a `UsageError` that lists them for any other. */
export const oneOf =
  (flag: string, words: readonly string[]) =>
  (text: string): string => {
    if (words.includes(text)) return text;
    throw new UsageError(`--${flag} takes one of: ${words.join(', ')}; not "${text}"`);
  };

/** Reads the names of a list such as `a, b`; empty ones are left out. */
export function commaList(text: string): readonly string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
