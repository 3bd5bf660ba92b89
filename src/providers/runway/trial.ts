import { z } from 'zod';
import { jsonOf } from '../../core/provider/exchange';
import type { Trial } from '../../core/provider/provider';
import { isSuccess, transient, trialOf } from '../kit';
import { readLookError } from './errors';
import { callTo, ORGANIZATION } from './schema';

/** What the page of an organization has. */
const organizationSchema = z.object({ creditBalance: z.number(), tier: z.object({}) });

export const trial: Trial = {
  call: () => callTo('GET', ORGANIZATION),
  read(reply) {
    if (isSuccess(reply) && organizationSchema.safeParse(jsonOf(reply)).success) {
      return { means: 'well' };
    }
    const look = readLookError(reply);
    return trialOf(reply, look.kind === 'gone' ? transient(reply) : look);
  },
};
