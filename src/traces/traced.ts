import { copyFacts } from '../core/ports/traces';
import type { Facts, Traces } from '../core/ports/traces';
import type { CallOptions, CallResult, Outbound } from '../core/ports/outbound';
import type { Store } from '../core/ports/store/store';
import type { Call } from '../core/provider/exchange';
import { submitCountOf } from '../core/ports/metrics';
import { attemptFacts, jobFacts } from './attributes';

/**
 * The ports of the product with spans around them: a step reads its job's row anyway, and is put into the job's trace
 * by what it has read. The paths themselves have not one statement more, and do not know of it.
 */

/** Makes a span of each call to a provider and of each callback; `carriesTo` says which channels get the context. */
export const tracedOutbound = (
  outbound: Outbound,
  traces: Traces,
  carriesTo: (channel: string) => boolean,
): Outbound => ({
  ...outbound,
  call(call, options) {
    const { about, callback } = options;
    const name = about?.kind ?? (callback ? 'callback' : undefined);
    if (name === undefined) return outbound.call(call, options);
    const made = { name: `${call.method} ${name}`, facts: callFacts(call, options) };
    const isCarried = about === undefined || carriesTo(about.channel);
    return traces.call(
      made,
      (context) => {
        const headers = isCarried ? { ...call.headers, ...context } : call.headers;
        return outbound.call({ ...call, headers }, options);
      },
      endOf,
    );
  },
});

/** Names the host, never the path: links and tokens are in paths. */
function callFacts({ method, target }: Call, { baseUrl, about }: CallOptions): Facts {
  const url = 'url' in target ? target.url : baseUrl;
  const host = url !== undefined && URL.canParse(url) ? new URL(url) : undefined;
  return {
    'http.request.method': method,
    'server.address': host?.hostname,
    'server.port': host && Number(host.port || PORTS[host.protocol]),
    'reelay.channel': about?.channel,
  };
}

const PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

const endOf = (result: CallResult) => ({
  status: result.kind === 'reply' ? result.reply.status : undefined,
  problem: result.kind === 'reply' ? undefined : result.reason,
});

export function tracedStore(store: Store, traces: Traces): Store {
  return {
    ...store,
    jobs: tracedJobs(store, traces),
    attempts: tracedAttempts(store, traces),
    deliveries: {
      ...store.deliveries,
      async get(...which) {
        const found = await store.deliveries.get(...which);
        if (found) {
          const { trace, jobId, workspaceId } = found.delivery;
          traces.join(trace, { 'reelay.job.id': jobId, 'reelay.workspace.id': workspaceId });
        }
        return found;
      },
    },
    keeps: {
      ...store.keeps,
      async pending(jobId) {
        const found = await store.keeps.pending(jobId);
        if (found) traces.join(found.trace, copyFacts({ jobId, ...found }));
        return found;
      },
      async record(...copy) {
        await store.keeps.record(...copy);
        traces.note({ 'reelay.copy.bytes': copy[1].reduce((sum, { bytes }) => sum + bytes, 0) });
      },
    },
  };
}

const tracedJobs = ({ jobs }: Store, traces: Traces): Store['jobs'] => ({
  ...jobs,
  async create(job) {
    const result = await jobs.create({ ...job, trace: traces.carry() });
    if (result.kind === 'created') {
      traces.note(jobFacts(result.job));
      traces.tell();
    }
    return result;
  },
  async load(id) {
    const job = await jobs.load(id);
    if (job) traces.join(job.trace, jobFacts(job));
    return job;
  },
  async withAttempt(id) {
    const found = await jobs.withAttempt(id);
    if (found) {
      const attempt = found.attempt ? attemptFacts(found.attempt) : {};
      traces.join(found.job.trace, { ...jobFacts(found.job), ...attempt });
    }
    return found;
  },
  async settle(...settlement) {
    const result = await jobs.settle(...settlement);
    const { job, isNew } = result;
    traces.join(job.trace, jobFacts(job));
    traces.note({ 'reelay.state': job.state, 'reelay.failure': job.failure?.code });
    if (isNew) traces.ended(job);
    return result;
  },
});

function tracedAttempts({ attempts }: Store, traces: Traces): Store['attempts'] {
  /** What a look writes is what makes it worth telling. */
  const changing =
    <Rest extends unknown[], Result>(write: (...rest: Rest) => Promise<Result>) =>
    async (...rest: Rest): Promise<Result> => {
      const result = await write(...rest);
      traces.tell();
      return result;
    };
  const watching =
    (read: Store['attempts']['watched']): Store['attempts']['watched'] =>
    async (key) => {
      const found = await read(key);
      if (found) traces.join(found.job.trace, attemptFacts(found.attempt));
      return found;
    };
  return {
    ...attempts,
    watched: watching(attempts.watched),
    watchedByToken: watching(attempts.watchedByToken),
    async open(attempt) {
      const opened = await attempts.open(attempt);
      if (opened) traces.note(attemptFacts(opened));
      return opened;
    },
    async recordSubmit(id, reading, now, send) {
      const attempt = await attempts.recordSubmit(id, reading, now, send);
      traces.note({ ...attemptFacts(attempt), 'reelay.submit': submitCountOf(attempt, reading) });
      return attempt;
    },
    async recordLook(id, look) {
      const ids = await attempts.recordLook(id, look);
      traces.note({ 'reelay.seen': look.verdict.state });
      traces.tell();
      return ids;
    },
    recordDoubt: changing(attempts.recordDoubt),
    endDoubt: changing(attempts.endDoubt),
  };
}
