import type { Foundation } from '../../../src/run/foundation';

/**
 * The named points of a job's life, laid round the ports that the gateway stands on: `before` and `after` each call
 * that changes the world. A process that is armed with a point announces when it gets there and then stands still, so
 * that it can be killed exactly there. The program itself knows nothing of them.
 */
export type Moment = 'before' | 'after';

const WATCHED = {
  'store.jobs': ['create', 'settle'],
  'store.starts': ['claim', 'markStarted'],
  'store.attempts': ['open', 'recordSubmit', 'recordLook'],
  'store.deliveries': ['beginTry', 'endTry'],
  'store.keeps': ['claim', 'record'],
  engine: ['startJob', 'startDelivery', 'startKeep'],
  blobs: ['put'],
} as const;

type Port = keyof typeof WATCHED;
type Call = { [P in Port]: `${P}.${(typeof WATCHED)[P][number]}` }[Port] | OutboundCall;
/** `outbound.call` serves four purposes; the cancel of a provider is none of the table's. */
type OutboundCall = 'outbound.submit' | 'outbound.look' | 'outbound.deliver' | 'outbound.other';
export type Point = `${Moment} ${Call}`;

/** Resolves at once, or, at an armed point, when the harness says so. */
export type Pass = (point: Point) => Promise<void>;

export function withPoints(base: Foundation, pass: Pass): Foundation {
  const { store, engine, blobs, outbound } = base;
  return {
    ...base,
    store: {
      ...store,
      jobs: watch('store.jobs', store.jobs, pass),
      starts: watch('store.starts', store.starts, pass),
      attempts: watch('store.attempts', store.attempts, pass),
      deliveries: watch('store.deliveries', store.deliveries, pass),
      keeps: watch('store.keeps', store.keeps, pass),
    },
    engine: watch('engine', engine, pass),
    blobs: watch('blobs', blobs, pass),
    outbound: {
      ...outbound,
      async call(call, options) {
        const name = purpose(call.method, options.callback === true);
        await pass(`before ${name}`);
        const result = await outbound.call(call, options);
        await pass(`after ${name}`);
        return result;
      },
    },
  };
}

function purpose(method: string, isDelivery: boolean): OutboundCall {
  if (isDelivery) return 'outbound.deliver';
  if (method === 'POST') return 'outbound.submit';
  return method === 'GET' ? 'outbound.look' : 'outbound.other';
}

type Method = (...args: unknown[]) => Promise<unknown>;

function watch<T extends object>(port: Port, target: T, pass: Pass): T {
  const watched = WATCHED[port].map((name): [string, Method] => {
    // Sound because the table names methods that answer by promise.
    const method = Reflect.get(target, name) as Method;
    const call = `${port}.${name}` as Call;
    return [
      name,
      async (...args) => {
        await pass(`before ${call}`);
        const result = await method(...args);
        await pass(`after ${call}`);
        return result;
      },
    ];
  });
  return { ...target, ...Object.fromEntries(watched) };
}
