import type { ActivityDeps } from './deps';

/** Which rows a step of the sweep works on, and how a log line names one. */
export interface Rows<Row> {
  step: string;
  rows: readonly Row[];
  idsOf(row: Row): Partial<Record<RowId, string>>;
}

type RowId = 'jobId' | 'deliveryId' | 'workflowId' | 'workspaceId' | 'entryId' | 'alertId';

type EachDeps = Pick<ActivityDeps, 'log' | 'now' | 'limits' | 'waits'>;

/**
 * The function works on the rows in their order, `limits.sweepAtOnce` at a time. A row that fails is logged once with
 * its ids and stops no other; the next sweep finds it again. After `waits.sweepStepMs` no further row is begun, so that
 * an engine that hangs holds up one step and not the sweep. It returns for how many rows `work` said true.
 */
export async function eachRow<Row>(
  deps: EachDeps,
  { step, rows, idsOf }: Rows<Row>,
  work: (row: Row) => Promise<boolean>,
): Promise<number> {
  const endsAt = deps.now() + deps.waits.sweepStepMs;
  const rest = rows[Symbol.iterator]();
  let done = 0;
  const walk = async (): Promise<void> => {
    for (const row of { [Symbol.iterator]: () => rest }) {
      try {
        if (await work(row)) done += 1;
      } catch (err) {
        deps.log.error(
          { step, ...idsOf(row), err },
          'the sweep could not do a row; it is tried again',
        );
      }
      if (deps.now() > endsAt) return;
    }
  };
  await Promise.all(Array.from({ length: deps.limits.sweepAtOnce }, walk));
  return done;
}

/**
 * The function repeats a bounded statement until it finds nothing more to do, or until `waits.sweepStepMs` are over.
 * It returns how many rows were changed in all; `batch` takes the largest number of rows and returns how many it did.
 */
export async function inBatches(
  deps: EachDeps,
  batch: (limit: number) => Promise<number>,
  limit: number = deps.limits.sweepRows,
): Promise<number> {
  const endsAt = deps.now() + deps.waits.sweepStepMs;
  let done = 0;
  for (let last = limit; last >= limit && deps.now() <= endsAt; done += last) {
    last = await batch(limit);
  }
  return done;
}
