import type { Operation } from '../../core/job/outcome';
import type { Call } from '../../core/provider/exchange';
import type { Provider } from '../../core/provider/provider';
import { geminiModels, vertexModels } from './models';
import * as looks from './omni/looks';
import { submit } from './omni/submit';
import { GEMINI, VERTEX } from './schema';
import { submitGemini, submitVertex } from './submit';
import { pollGemini, pollVertex, readPoll, readSubmitGemini, readSubmitVertex } from './translate';

/**
 * Google has three wires, and a model's id says which of them serves it: interactions on the Gemini API (Omni), long running
 * operations there (the retired Veo previews), and the same on Vertex AI (Veo 3.1).
 */
export type Wire = Required<
  Pick<Provider, 'submit' | 'readSubmit' | 'operationId' | 'poll' | 'readPoll' | 'cancel'>
>;

const nameOf = (operation: Operation): string => String(operation['name']);

const OMNI: Wire = {
  submit,
  readSubmit: looks.readSubmit,
  operationId: looks.idOf,
  poll: looks.poll,
  readPoll: looks.readPoll,
  cancel: looks.cancel,
};

/** Nothing cancels an operation of Veo, and no model of it says that something does: it is looked at. */
const veo = (poll: (operation: Operation) => Call) => ({
  operationId: nameOf,
  poll,
  readPoll,
  cancel: poll,
});
const VEO_GEMINI: Wire = {
  submit: submitGemini,
  readSubmit: readSubmitGemini,
  ...veo(pollGemini),
};
const VEO_VERTEX: Wire = {
  submit: submitVertex,
  readSubmit: readSubmitVertex,
  ...veo(pollVertex),
};

/** Says whether Vertex AI serves the model. */
export const isOnVertex = (model: string): boolean => Object.hasOwn(vertexModels, model);

/** Returns the wire that serves a model. */
export function wireOf({ model }: { model: string }): Wire {
  if (isOnVertex(model)) return VEO_VERTEX;
  return Object.hasOwn(geminiModels, model) ? VEO_GEMINI : OMNI;
}

/** Returns the wire that an operation came from. */
export function wireOfOperation({ kind }: Operation): Wire {
  if (kind === VERTEX) return VEO_VERTEX;
  return kind === GEMINI ? VEO_GEMINI : OMNI;
}
