import { z } from 'zod';
import { jsonCall, jsonOf } from '../../core/provider/exchange';
import type { Trial } from '../../core/provider/provider';
import { trialOf } from '../kit';
import { CODES } from './codes';
import { readLookError } from './errors';

/** Nobody's id: a lookup of it makes nothing, and both kinds of credential may ask at this path. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

const errorSchema = z.object({ code: z.int() });

export const trial: Trial = {
  call: () => jsonCall('GET', `/v1/videos/text2video/${NOBODY}`),
  read(reply) {
    const reading = trialOf(reply, readLookError(reply));
    if (reading.means !== 'unclear') return reading;
    // A clock, a bill, an address that is not on the list: no verdict on the credential, and plain in the page's words.
    const code = errorSchema.safeParse(jsonOf(reply)).data?.code ?? 0;
    const text = CODES[code]?.text;
    return text === undefined ? reading : { ...reading, detail: `${reading.detail}, ${text}` };
  },
};
