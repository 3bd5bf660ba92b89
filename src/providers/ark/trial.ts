import { z } from 'zod';
import { jsonCall, jsonOf } from '../../core/provider/exchange';
import type { Trial } from '../../core/provider/provider';
import { isSuccess, transient, trialOf } from '../kit';
import { readLookError } from './errors';
import { pathOf } from './schema';

/** The first page of the list of tasks, which an account without tasks has too. */
const listSchema = z.union([
  z.object({ items: z.array(z.unknown()) }),
  z.object({ items: z.null().optional(), total: z.number() }),
]);

export const trial: Trial = {
  call: () => jsonCall('GET', `${pathOf()}?page_num=1&page_size=1`),
  read(reply) {
    if (!isSuccess(reply)) return trialOf(reply, readLookError(reply));
    if (listSchema.safeParse(jsonOf(reply)).success) return { means: 'well' };
    return trialOf(reply, transient(reply, 'without a list of tasks'));
  },
};
