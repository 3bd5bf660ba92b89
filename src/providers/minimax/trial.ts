import { z } from 'zod';
import { jsonCall, jsonOf } from '../../core/provider/exchange';
import type { Trial } from '../../core/provider/provider';
import { isSuccess, transient, trialOf } from '../kit';
import { readLookError } from './errors';
import { QUERY } from './schema';

/** The first page of the list of tasks, which an account without tasks has too: `items` may be missing there [?]. */
const listSchema = z.union([
  z.object({ items: z.array(z.unknown()) }),
  z.object({ items: z.null().optional(), total: z.number() }),
]);

export const trial: Trial = {
  call: () => jsonCall('GET', `${QUERY}?page_num=1&page_size=1`),
  read(reply) {
    if (isSuccess(reply) && listSchema.safeParse(jsonOf(reply)).success) return { means: 'well' };
    const look = readLookError(reply);
    return trialOf(reply, look.kind === 'gone' ? transient(reply) : look);
  },
};
