import { jsonCall, jsonOf } from '../../core/provider/exchange';
import type { Trial } from '../../core/provider/provider';
import { isSuccess, transient, trialOf } from '../kit';
import { readLookError } from './errors';
import { MODELS, objectOf } from './schema';

/** The list of models: not every server lists videos, and all of them list these. */
export const trial: Trial = {
  call: () => jsonCall('GET', MODELS),
  read(reply) {
    if (!isSuccess(reply)) return trialOf(reply, readLookError(reply));
    if (Array.isArray(objectOf(jsonOf(reply))?.['data'])) return { means: 'well' };
    return trialOf(reply, transient(reply, 'without a list of models'));
  },
};
