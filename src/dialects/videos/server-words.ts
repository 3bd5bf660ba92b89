import { z } from 'zod';
import type { RoutedModel } from '../../core/catalog/catalog';
import { integer, jsonOfText, must, number } from '../../core/json/fields';
import { OBJECT_TEXT, spelled } from '../../core/json/spellings';
import { unknownWord } from '../../core/request/passthrough';
import { offerOf } from '../kit/offer';

const words = spelled(
  z.preprocess(jsonOfText, z.record(z.string(), z.unknown(), { error: must('an object') })),
  { also: [OBJECT_TEXT] },
);

/**
 * The words of servers that run a model themselves (vLLM-Omni 0.30, SGLang 0.5.23, Dynamo), which go to them as they are.
 * A model has those that its provider's page documents or its operator has opened (`callerWords` of a channel).
 */
export const serverWords = {
  guidance_scale: number.optional(),
  guidance_scale_2: number.optional(),
  true_cfg_scale: number.optional(),
  boundary_ratio: number.optional(),
  flow_shift: number.optional(),
  num_inference_steps: integer.optional(),
  lora: words.optional(),
  extra_params: words.optional(),
  diffusers_kwargs: words.optional(),
  nvext: words.optional(),
};
type ServerWord = keyof typeof serverWords;
const NAMES = Object.keys(serverWords) as ServerWord[]; // its own keys

/** Returns the words that callers of the model may use. */
export const serverWordsOf = (model: RoutedModel): string[] => {
  const { vendorWords } = offerOf(model);
  return NAMES.filter((name) => vendorWords.includes(name));
};

/**
 * Picks the words of a body. Throws `invalid_request` for one that the model does not have, with those that it has; who
 * may not use the model is told no more than that, elsewhere.
 */
export function pickServerWords(
  body: Partial<Record<ServerWord, unknown>>,
  model: RoutedModel | undefined,
): Record<string, unknown> {
  const given = NAMES.filter((name) => body[name] !== undefined);
  const known = model ? serverWordsOf(model) : given;
  const stranger = given.find((name) => !known.includes(name));
  if (stranger !== undefined) throw unknownWord(stranger, known);
  return Object.fromEntries(given.map((name) => [name, body[name]]));
}
