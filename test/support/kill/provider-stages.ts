import { providers } from '../../../src/providers';
import { capabilitiesOf, catalogModelOf, leaves, plainShape } from '../plain-request';
import { at, LOST, POLLED, SUCCEEDED } from './stages';
import type { Stage } from './stages';

/**
 * The moments round the POST, at every provider but Ark, which the rest of the table is about. Killed before it, the worker
 * leaves an attempt of which nobody knows whether it was sent; killed after it, a job whose answer nobody saw. That job is
 * adopted where our own id finds it or a callback names it, and is else given up: nothing is ever sent again.
 */

/** A gateway like this one, which alone of the servers of its wire knows our ids. */
const REELAY = { name: 'another-reelay', id: 'reelay' };

/** What the gateways of the table are configured with, beside the default catalog. */
export const PROVIDER_CONFIG = {
  models: {
    [REELAY.name]: {
      channels: [{ channel: 'openai-simulated', model: REELAY.id }],
      price: { perVideo: '10' },
    },
  },
};

const MODELS = [
  ...Object.keys(providers)
    .filter((name) => name !== 'ark')
    .map((provider) => ({ provider, at: provider, ...catalogModelOf(provider) })),
  { provider: 'openai', at: 'another Reelay', ...REELAY },
];

const KILLED = { kill: [['worker']] } as const;

export const PROVIDER_STAGES: readonly Stage[] = MODELS.flatMap(
  ({ provider, at: place, name, id }): Stage[] => {
    const can = capabilitiesOf(provider, id);
    const all = { ...KILLED, video: { model: name, ...plainShape(can) } };
    const after = { ...all, at: at('worker', 'after outbound.submit') };
    const told: Stage = {
      ...after,
      stage: `after the POST, before its answer is stored, at ${place}, which calls back`,
    };
    return [
      {
        ...all,
        stage: `with the attempt open, before the POST, at ${place}`,
        at: at('worker', 'before outbound.submit'),
        job: POLLED,
        ends: LOST,
      },
      {
        ...after,
        stage: `after the POST, before its answer is stored, at ${place}, which only answers`,
        job: POLLED,
        ends: leaves(can, 'lookup') ? SUCCEEDED : LOST,
      },
      ...(leaves(can, 'callback-token') ? [told] : []),
    ];
  },
);
