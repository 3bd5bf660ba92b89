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
