import { CommitInDoubt } from './errors';
import { endsWithin } from './within';

/**
 * Work of one owner that has to be done one after the other anyway, because each piece takes the owner's lock: what
 * comes while a transaction runs waits for its end, and goes into the next one together. Alone, a piece waits for
 * nothing.
 */
export interface TogetherOptions<Item, Result> {
  ownerOf(item: Item): string;
  /** A transaction that hangs keeps what came after it waiting for so long, in milliseconds. */
  patienceMs: number;
  /** Does all pieces in one transaction, or none of them: then it throws, or returns undefined. */
  together(items: readonly [Item, Item, ...Item[]]): Promise<readonly Result[] | undefined>;
  /** Does one piece in a transaction of its own, and fails for its own reasons only. */
  alone(item: Item): Promise<Result>;
}

interface Waiting<Item, Result> {
  item: Item;
  settle(result: Promise<Result>): void;
}

/** Makes a function that does one piece of work, with others of its owner where there are some. */
export function doTogether<Item, Result>(
  options: TogetherOptions<Item, Result>,
): (item: Item) => Promise<Result> {
  const queues = new Map<string, Waiting<Item, Result>[]>();
  const drain = async (owner: string, queue: Waiting<Item, Result>[]): Promise<void> => {
    while (queue.length > 0) {
      await endsWithin(runBatch(options, queue.splice(0)), options.patienceMs);
    }
    queues.delete(owner);
  };
  return (item) =>
    new Promise((settle) => {
      const owner = options.ownerOf(item);
      const queue = queues.get(owner);
      if (queue) {
        queue.push({ item, settle });
        return;
      }
      const own = [{ item, settle }];
      queues.set(owner, own);
      void drain(owner, own);
    });
}

/** Settles every piece; never fails. What could not be done together for certain is done one by one. */
async function runBatch<Item, Result>(
  options: TogetherOptions<Item, Result>,
  batch: readonly Waiting<Item, Result>[],
): Promise<void> {
  const items = batch.map(({ item }) => item);
  const results = (await shared(options, items)) ?? items.map((item) => options.alone(item));
  for (const [at, { settle }] of batch.entries()) {
    settle(results[at] as Promise<Result>); // There is one for each.
  }
  await Promise.allSettled(results);
}

/**
 * Does several pieces in one transaction; undefined for a single one, and where nothing was done. A transaction that may
 * have been committed must not be done again, so each of its pieces is in doubt; any other that failed may.
 */
async function shared<Item, Result>(
  { together }: TogetherOptions<Item, Result>,
  items: readonly Item[],
): Promise<Promise<Result>[] | undefined> {
  const [first, second, ...rest] = items;
  if (first === undefined || second === undefined) return undefined;
  try {
    const results = await together([first, second, ...rest]);
    return results?.map((result) => Promise.resolve(result));
  } catch (error) {
    if (!(error instanceof CommitInDoubt)) return undefined;
    return items.map(() => Promise.reject(error));
  }
}
