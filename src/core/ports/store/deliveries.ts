import type { DeliveryEnd, DeliveryRow, TryResult } from '../../job/delivery';

export interface DeliveryStore {
  /** The secrets are those that sign at `now`, the current one first; `isStarted` says that a workflow has the message. */
  get(
    id: string,
    now: number,
  ): Promise<{ delivery: DeliveryRow; secrets: string[]; isStarted: boolean } | undefined>;
  /** Writes the try's row before the request; returns its number. */
  beginTry(id: string, now: number): Promise<number>;
  /** `end` is why it was the last one, after which no workflow is needed; undefined when another one follows. */
  endTry(
    id: string,
    number: number,
    result: TryResult,
    end: DeliveryEnd | undefined,
    now: number,
  ): Promise<void>;
  /** Ends a pending delivery without a try; false when it was not pending. */
  end(id: string, end: DeliveryEnd, now: number): Promise<boolean>;
  /** Gives up pending deliveries that were started before that moment; the number of deliveries. */
  endOverdue(startedBefore: number, now: number, limit: number): Promise<number>;
}
