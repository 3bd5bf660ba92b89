import { z } from 'zod';
import { jsonCall, jsonOf } from '../../core/provider/exchange';
import type { Trial } from '../../core/provider/provider';
import { isSuccess, transient, trialOf } from '../kit';
import { readLookError } from './errors';

/** The list of the Gemini API's models, or a model of Vertex AI's: both make nothing and ask for a credential. */
const modelsSchema = z.union([
  z.object({ models: z.array(z.unknown()).min(1) }),
  z.object({ name: z.string().regex(/^publishers\/google\/models\//) }),
]);

const MODELS = '/v1beta/models?pageSize=1';
const MODEL_OF_VERTEX = '/v1/publishers/google/models/veo-3.1-generate-001';

export const trial: Trial = {
  // A project is what a channel of Vertex AI has, and no other.
  call: (options) => jsonCall('GET', options?.['project'] === undefined ? MODELS : MODEL_OF_VERTEX),
  read(reply) {
    if (!isSuccess(reply)) return trialOf(reply, readLookError(reply));
    if (modelsSchema.safeParse(jsonOf(reply)).success) return { means: 'well' };
    return trialOf(reply, transient(reply, 'without a model'));
  },
};
