import { jsonCall } from '../../core/provider/exchange';
import type { Trial } from '../../core/provider/provider';
import { isSuccess, transient, trialOf } from '../kit';
import { errorOf, readLookError } from './errors';
import { pathOf } from './schema';

/** Nobody's id: a look at it makes nothing. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** What any server says of a path that it does not have. */
const ANYBODYS = /^not found\.?$/i;

export const trial: Trial = {
  call: () => jsonCall('GET', pathOf('fal-ai/veo3.1', NOBODY, 'status')),
  read(reply) {
    if (isSuccess(reply)) return trialOf(reply, transient(reply));
    const text = errorOf(reply)?.text;
    // No page has fal's words for nobody's request [?]; whoever was not let in is told 401 before.
    if (reply.status === 404 && text !== undefined && !ANYBODYS.test(text))
      return { means: 'well' };
    const reading = trialOf(reply, readLookError(reply));
    // A locked account is no verdict on the key, and plain in fal's words.
    if (reading.means !== 'unclear' || text === undefined) return reading;
    return { ...reading, detail: `${reading.detail}, ${text.slice(0, TEXT_LENGTH_MAX)}` };
  },
};

/** The text goes onto an operator's screen. */
const TEXT_LENGTH_MAX = 200;
