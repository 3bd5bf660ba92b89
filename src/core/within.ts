/** Waits for a promise no longer than `ms` milliseconds and gives `otherwise` then; fails as the promise does. */
export async function within<T>(work: Promise<T>, ms: number, otherwise: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<T>((resolve) => (timer = setTimeout(resolve, ms, otherwise)));
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}

/** Says whether a promise is fulfilled within `ms` milliseconds; fails as the promise does. */
export const endsWithin = (work: Promise<unknown>, ms: number): Promise<boolean> =>
  within(
    work.then(() => true),
    ms,
    false,
  );
