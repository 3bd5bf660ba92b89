import { randomUUID } from 'node:crypto';
import { applyCapabilities } from '../../src/core/request/apply-capabilities';
import type { Call, Reply } from '../../src/core/provider/exchange';
import type { Operation, Verdict } from '../../src/core/job/outcome';
import type { PollReading, SubmitReading } from '../../src/core/provider/provider';
import { providers } from '../../src/providers';
import { simulations } from '../../simulators';
import type { Upstream } from './simulator';

/** A vendor's client over real HTTP, made of the vendor's registered adapter, so that every provider has one. */
export interface VendorClient {
  /** Asks for a text job and gives the vendor's own answer. */
  create(prompt: string): Promise<Response>;
  readCreate(response: Response): Promise<SubmitReading>;
  /** Creates a job and gives what its adapter looks at. */
  submit(prompt: string): Promise<Operation>;
  look(operation: Operation): Promise<Response>;
  /** Opens a result, with the key where it is a path of the vendor's own; follows no redirect. */
  file(url: string): Promise<Response>;
  /** Looks, with the further calls that the look asks for, and says what that means to the adapter. */
  read(operation: Operation): Promise<Look>;
}

/** One look: what it means, and what its first answer said. */
export interface Look {
  reading: PollReading;
  text: string;
}

/** A look takes at most this many further calls. */
const FOLLOWS_MAX = 3;

/** The client of a registered provider. `now` is the simulator's clock, which some vendors' tokens go by. */
export function vendorClient(name: string, upstream: Upstream, now: () => number): VendorClient {
  const [provider, simulation] = [providers[name], simulations[name]];
  if (!provider || !simulation) throw new Error(`there is no simulated provider ${name}`);
  const perform = (call: Call, redirect: 'follow' | 'manual' = 'follow'): Promise<Response> => {
    const signed = provider.authorize(call, simulation.credentials, now());
    const { method, target, headers, body } = signed;
    const url = 'path' in target ? `${upstream.baseUrlOf(name)}${target.path}` : target.url;
    return fetch(url, {
      method,
      redirect,
      headers: { ...headers, connection: 'close' },
      ...(body === undefined ? {} : { body: Buffer.from(body) }),
    });
  };

  const [model, capabilities] =
    Object.entries(provider.models).find(([, { modes }]) => modes.text) ?? [];
  if (model === undefined || !capabilities) throw new Error(`${name} makes no video of a text`);
  let sent = { attemptId: '', model, mode: 'text' as const };
  const create = (prompt: string): Promise<Response> => {
    sent = { ...sent, attemptId: randomUUID() };
    const request = { model, prompt, inputs: [], passthrough: {} };
    const applied = applyCapabilities(request, capabilities);
    return perform(provider.submit({ ...sent, applied, blobs: new Map() }));
  };
  const readCreate = async (response: Response): Promise<SubmitReading> =>
    provider.readSubmit(await replyOf(response), sent);
  const look = (operation: Operation): Promise<Response> => perform(provider.poll(operation));
  return {
    create,
    readCreate,
    submit: async (prompt) => {
      const reading = await readCreate(await create(prompt));
      if (reading.state !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(reading)}`);
      return reading.operation;
    },
    look,
    file: (url) =>
      url.startsWith('/')
        ? perform({ method: 'GET', target: { path: url }, headers: {} }, 'manual')
        : fetch(url, { redirect: 'manual', headers: { connection: 'close' } }),
    read: async (operation) => {
      const first = await replyOf(await look(operation));
      let reading = provider.readPoll(first, operation, provider.poll(operation));
      for (let calls = 0; reading.kind === 'follow' && calls < FOLLOWS_MAX; calls += 1) {
        const { call } = reading;
        reading = provider.readPoll(await replyOf(await perform(call)), operation, call);
      }
      return { reading, text: Buffer.from(first.body).toString('utf8') };
    },
  };
}

/** The state that a look shows; the kind of its reading where that is no verdict. */
export function stateOf({ reading }: Look): Verdict['state'] | PollReading['kind'] {
  return reading.kind === 'verdict' ? reading.verdict.state : reading.kind;
}

async function replyOf(response: Response): Promise<Reply> {
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: Buffer.from(await response.arrayBuffer()),
  };
}
