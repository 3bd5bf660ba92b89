import { jsonCall } from '../../core/provider/exchange';
import type { Trial } from '../../core/provider/provider';
import { isSuccess, transient, trialOf } from '../kit';
import { readLookError } from './errors';
import { pathOf } from './schema';

/** Nobody's id: a look at it makes nothing. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

export const trial: Trial = {
  call: () => jsonCall('GET', pathOf('fal-ai/veo3.1', NOBODY, 'status')),
  read: (reply) => trialOf(reply, isSuccess(reply) ? transient(reply) : readLookError(reply)),
};
