/** Returns what an error says, whoever made it: an error of another realm is no `instanceof Error` here. */
export function reasonOf(error: unknown): string {
  // A name with several addresses fails with one error for each, and no message of its own.
  const parts = read(error, 'errors');
  if (Array.isArray(parts) && parts.length > 0) return parts.map(reasonOf).join('; ');
  const message = read(error, 'message');
  return typeof message === 'string' && message !== '' ? message : String(error);
}

/** Returns the system's code of an error, such as `ENOENT`; undefined where it has none. */
export function codeOf(error: unknown): string | undefined {
  const code = read(error, 'code');
  return typeof code === 'string' ? code : undefined;
}

/** Returns what a program that failed wrote to stderr, else what is known of its end. */
export function outputOf(error: unknown): string {
  const output = read(error, 'stderr');
  return (typeof output === 'string' && output.trim()) || reasonOf(error);
}

function read(error: unknown, key: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, key) : undefined;
}
