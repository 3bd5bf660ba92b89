/** An entry of the operator's config that cannot be used: one sentence, and the way to it in the file. */
export class ConfigError extends Error {
  constructor(
    readonly at: readonly PropertyKey[],
    readonly problem: string,
  ) {
    super(`${at.map(String).join('.') || 'content'}: ${problem}`);
    this.name = 'ConfigError';
  }
}

/** Everything that is wrong with a config, so that a person mends it in one go. */
export class ConfigErrors extends Error {
  constructor(readonly all: readonly ConfigError[]) {
    super(all.map(({ message }) => message).join('\n'));
    this.name = 'ConfigErrors';
  }
}

/** What a part of a config gives, and what is wrong with it. */
export interface Findings<T> {
  made: T;
  errors: readonly ConfigError[];
}

/** Makes a value; where it cannot be made, `made` is undefined and `errors` say why. Other errors are thrown on. */
export function attempt<T>(make: () => T): Findings<T | undefined> {
  try {
    return { made: make(), errors: [] };
  } catch (error) {
    if (error instanceof ConfigError) return { made: undefined, errors: [error] };
    if (error instanceof ConfigErrors) return { made: undefined, errors: error.all };
    throw error;
  }
}

/** Makes a value of each item and goes on after one that is wrong; `made` has those that could be made, in their order. */
export function attemptEach<Item, T>(
  items: readonly Item[],
  make: (item: Item, index: number) => T,
): Findings<T[]> {
  const all = items.map((item, index) => attempt(() => [make(item, index)]));
  return {
    made: all.flatMap(({ made }) => made ?? []),
    errors: all.flatMap(({ errors }) => errors),
  };
}

/** Throws what was found: the error itself where there is one, all of them where there are more. */
export function throwFound(errors: readonly ConfigError[]): void {
  const [first] = errors;
  if (first && errors.length === 1) throw first;
  if (first) throw new ConfigErrors(errors);
}
