import type { Pool } from 'pg';
import { comparePlaces } from '../../core/job/place';
import type { Place } from '../../core/job/place';
import { createGatherer } from './gatherer';
import { createWaiting } from './waiting';
import type { Waiting } from './waiting';

/**
 * Who waits for a further event of which workspace, each with the place that it has got to. All are asked about in one
 * query, however many they are.
 */
export interface FeedWaiters extends Pick<Waiting<Place, boolean>, 'wait' | 'ids' | 'dismiss'> {
  /** Asks soon, once for all that happens until then. Without a waiter nothing is asked. */
  nudge(): void;
  /** Asks now, and again soon where an open transaction holds back a row. */
  look(): Promise<void>;
}

/** A busy gateway asks twenty times a second at most. */
const GATHER_MS = 50;

export function createFeedWaiters(pool: Pool, onError: (error: Error) => void): FeedWaiters {
  const waiting = createWaiting<Place, boolean>(false);
  const gatherer = createGatherer(GATHER_MS, look, onError);
  async function look(): Promise<void> {
    const asked = waiting.ids();
    if (asked.length === 0) return;
    const { rows } = await pool.query<LastRow>(SELECT_LAST, [asked]);
    for (const { id, place } of rows) {
      waiting.tell(id, (seen) =>
        place !== null && comparePlaces(place, seen) > 0 ? true : undefined,
      );
    }
    gatherer.add(rows.filter((row) => row.is_held_back).map(({ id }) => id));
  }
  return {
    wait: waiting.wait,
    ids: waiting.ids,
    nudge() {
      gatherer.add(waiting.ids());
    },
    look,
    dismiss() {
      gatherer.stop();
      waiting.dismiss();
    },
  };
}

interface LastRow {
  id: string;
  place: Place | null;
  is_held_back: boolean;
}

const SELECT_LAST = `
  SELECT asked.id, last.place,
         EXISTS (SELECT 1 FROM events WHERE workspace_id = asked.id
                   AND written_in >= pg_snapshot_xmin(pg_current_snapshot())
                   AND written_in < pg_snapshot_xmax(pg_current_snapshot())) AS is_held_back
  FROM unnest($1::uuid[]) AS asked (id) LEFT JOIN LATERAL (
    SELECT written_in || '-' || replace(id::text, '-', '') AS place FROM events
    WHERE workspace_id = asked.id AND written_in < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY written_in DESC, id DESC LIMIT 1) AS last ON true`;
