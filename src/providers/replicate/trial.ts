import { z } from 'zod';
import { jsonCall, jsonOf } from '../../core/provider/exchange';
import type { Trial } from '../../core/provider/provider';
import { isSuccess, transient, trialOf } from '../kit';
import { readLookError } from './errors';

/** What the page of an account has. */
const accountSchema = z.object({ type: z.string(), username: z.string() });

export const trial: Trial = {
  call: () => jsonCall('GET', '/account'),
  read(reply) {
    if (!isSuccess(reply)) return trialOf(reply, readLookError(reply));
    if (accountSchema.safeParse(jsonOf(reply)).success) return { means: 'well' };
    return trialOf(reply, transient(reply, 'without an account'));
  },
};
