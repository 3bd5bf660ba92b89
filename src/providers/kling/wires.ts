import type { Operation } from '../../core/job/outcome';
import type { Provider } from '../../core/provider/provider';
import * as looks from './newer/looks';
import { newerModels } from './newer/models';
import { TASKS } from './newer/schema';
import { submit as submitNewer } from './newer/submit';
import { submit } from './submit';
import { find, operationId, poll, readCallback, readFind, readPoll, readSubmit } from './translate';

/**
 * Kling has two wires beside each other, on the same hosts and with the same keys, and a model is served by one of them:
 * the newer one names it in the path of a create, the older one in its body.
 */
export type Wire = Required<
  Pick<
    Provider,
    | 'submit'
    | 'readSubmit'
    | 'operationId'
    | 'poll'
    | 'readPoll'
    | 'find'
    | 'readFind'
    | 'readCallback'
  >
>;

const OLDER: Wire = {
  submit,
  readSubmit,
  operationId,
  poll,
  readPoll,
  find,
  readFind,
  readCallback,
};
const NEWER: Wire = {
  submit: submitNewer,
  readSubmit: looks.readSubmit,
  operationId: looks.operationId,
  poll: looks.poll,
  readPoll: looks.readPoll,
  find: looks.find,
  readFind: looks.readFind,
  readCallback: looks.readCallback,
};

/** Says whether the newer wire serves the model. */
export const isNewer = (model: string): boolean => Object.hasOwn(newerModels, model);

/** Returns the wire that serves a model. */
export const wireOf = ({ model }: { model: string }): Wire => (isNewer(model) ? NEWER : OLDER);

/** Returns the wire that an operation came from. */
export const wireOfOperation = ({ kind }: Operation): Wire => (kind === TASKS ? NEWER : OLDER);
