import type { Operation } from '../../core/job/outcome';
import type { Provider } from '../../core/provider/provider';
import * as hailuoLooks from './hailuo/looks';
import { submit as submitHailuo } from './hailuo/submit';
import { hailuoModels } from './models';
import { poll, readPoll } from './translate';
import { submit } from './submit';
import type { WIRES } from './schema';

/** MiniMax has two wires on the same hosts and with the same keys, and a model is served by one of them. */
export type Wire = Pick<Provider, 'submit' | 'poll' | 'readPoll'>;
export type WireName = (typeof WIRES)[number];

export const WIRE: Readonly<Record<WireName, Wire>> = {
  h3: { submit, poll, readPoll },
  hailuo: { submit: submitHailuo, poll: hailuoLooks.poll, readPoll: hailuoLooks.readPoll },
};

/** Names the wire that serves a model. */
export const wireNameOf = ({ model }: { model: string }): WireName =>
  Object.hasOwn(hailuoModels, model) ? 'hailuo' : 'h3';

/** Returns the wire that an operation came from. */
export const wireOf = ({ wire }: Operation): Wire => WIRE[wire === 'hailuo' ? 'hailuo' : 'h3'];
