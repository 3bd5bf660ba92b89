import type { SimulatedCall } from '../contract';
import type { Admission } from '../kit/refusal';
import { readBody } from './body';
import { askedOf } from './checks';
import { invalid, unknownModel } from './refusal';
import { MANNERS, serverOf } from './servers';

/** The keys of a job's data. */
export const MODEL = 'model';
export const PROMPT = 'prompt';
export const IS_REELAY = 'is of a gateway';
export const LAST_FRAME = 'last frame';
export const REQUEST_ID = 'request id';

/** Checks a create and makes a task of it. */
export function admit({ headers, body: bytes }: SimulatedCall, account: string): Admission {
  const read = readBody(headers['content-type'] ?? '', bytes);
  if ('refused' in read) return read;
  const { body } = read;
  if (MANNERS[serverOf(account)].formsOnly && !body.isForm) {
    return { refused: invalid('body', 'a form is required') };
  }
  const found = askedOf(body);
  if (!found) return { refused: unknownModel(String(body.fields['model'])) };
  if ('refused' in found) return found;
  const { model, prompt, seconds, size, seed, isReelay, lastFrame, requestId } = found.asked;
  return {
    task: {
      ...{ model, prompt, seconds, seed, fps: 24, width: size[0], height: size[1] },
      data: {
        ...{ [MODEL]: model, [PROMPT]: prompt, [IS_REELAY]: isReelay, [LAST_FRAME]: lastFrame },
        ...(requestId === undefined ? {} : { [REQUEST_ID]: requestId }),
      },
    },
  };
}
