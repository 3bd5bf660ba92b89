import { EventEmitter, once } from 'node:events';
import { pino } from 'pino';
import type { Admin } from '../../src/core/operator/admin';
import { applyCapabilities } from '../../src/core/request/apply-capabilities';
import { type Capabilities } from '../../src/core/request/capabilities';
import { priceRangeOf } from '../../src/core/catalog/price-range';
import { linesInPoints } from '../../src/core/money/lines-in-points';
import { createCatalog } from '../../src/core/catalog/catalog';
import type { Principal } from '../../src/core/api/principal';
import { GatewayError } from '../../src/core/errors';
import { newId, readId } from '../../src/core/job/ids';
import { isTerminal, type Job } from '../../src/core/job/job';
import type { CreateOptions } from '../../src/core/job/creation';
import type { Draft } from '../../src/core/request/draft';
import { filesEndAt, type FileKind } from '../../src/core/job/files';
import type { Gateway } from '../../src/core/ports/gateway/gateway';
import type { FeedEvent, FeedTold } from '../../src/core/ports/gateway/feed';
import type { Told } from '../../src/core/ports/gateway/live';
import type { NativeView } from '../../src/core/job/native-view';
import type { Outbound } from '../../src/core/ports/outbound';
import type { PageQuery } from '../../src/core/job/page';
import type { Provider } from '../../src/core/provider/provider';
import type { Input } from '../../src/core/request/request';
import { createQuotes } from '../../src/gateway';
import { createHoldCreated } from '../../src/gateway/wait';
import { openContent } from '../../src/gateway/content';
import { openPicture } from '../../src/gateway/pictures';
import { openInput } from '../../src/gateway/stored-file';
import { resolve } from '../../src/gateway/resolve';
import { keptFiles, keptPictures } from './memory-content';
import { logOf, summaryOf } from './memory-usage';

/** A gateway whose rows are in memory: the real catalog and capability checks, no engine and no database. */
export interface MemoryGateway extends Gateway {
  jobs: Map<string, Job>;
  /** What `create` was called with, oldest first. */
  creations: (CreateOptions & Draft)[];
  /** The file behind every finished job. */
  file: Buffer;
  /** The error that every use case throws while it is set. */
  fault: Error | undefined;
  /** A provider has accepted it under that name. */
  start(id: string, providerId: string): Job;
  finish(id: string, change?: Partial<Job>): Job;
}

export const MODEL = 'clip-1';

/** How long files and jobs stay: 30 and 90 days. */
export const KEPT_FOR = { filesMs: 2_592_000_000, jobsMs: 7_776_000_000 };

const CAPABILITIES: Capabilities = {
  modes: {
    text: { aspectRatioDefault: '16:9', images: 0, videos: 0, audios: 0 },
    first_frame: { aspectRatioDefault: '16:9', images: 1, videos: 0, audios: 0 },
    first_last_frame: { aspectRatioDefault: '16:9', images: 2, videos: 0, audios: 0 },
    reference: { aspectRatioDefault: '16:9', images: 4, videos: 1, audios: 1 },
  },
  promptLengthMax: 5000,
  seconds: { min: 4, max: 8, default: 4 },
  resolutions: ['720p'],
  resolutionDefault: '720p',
  aspectRatios: ['16:9', '9:16'],
  sizes: { '720p': { '16:9': [1280, 720], '9:16': [720, 1280] } },
  fps: 24,
  audio: true,
  seed: { min: 0, max: 4294967295 },
  watermark: true,
  cameraFixed: false,
  lastFrame: true,
  serviceTiers: [],
  expiresAfterSeconds: { min: 3600, max: 259200 },
  safetyIdentifierLengthMax: 64,
  negativePrompt: false,
  cancel: 'queued',
  billed: { canceled: false, rejected: false, failed: false },
  idempotency: [],
  deadlineSeconds: 3600,
  usualSeconds: 60,
};

// Nothing here talks to a provider: the catalog reads these three fields.
const PROVIDER = { name: 'paper', models: { 'paper-1': CAPABILITIES } } as unknown as Provider;

const CATALOG = createCatalog({
  models: [
    {
      name: MODEL,
      aliases: [],
      groups: ['default'],
      price: { rows: [{ rates: { perVideo: '25' } }] },
      channels: [{ channel: 'paper', model: 'paper-1' }],
    },
  ],
  channels: [
    {
      name: 'paper',
      provider: 'paper',
      baseUrl: 'http://127.0.0.1:9',
      credentials: {},
      resultOrigins: [],
      simulated: true,
    },
  ],
  providers: { paper: PROVIDER },
  now: Date.now,
});

const NOTHING = { available: 0n, held: 0n, spent: 0n };
const EMPTY = { opening: NOTHING, closing: NOTHING };

export function createMemoryGateway(
  link: (job: Job, kind: FileKind) => string,
  now: () => number = Date.now,
): MemoryGateway {
  const moved = new EventEmitter().setMaxListeners(0);
  const providerIds = new Map<string, string>();
  const quotes = createQuotes({ secret: 'quote-secret', lifetimeMs: 900_000, now });
  const gateway: MemoryGateway = {
    jobs: new Map(),
    creations: [],
    file: Buffer.alloc(0),
    fault: undefined,
    start(id, providerId) {
      const job = find(gateway, id);
      Object.assign(job, { state: 'running', startedAt: now(), updatedAt: now() });
      providerIds.set(job.id, providerId);
      moved.emit(job.id);
      return job;
    },
    finish(id, change = {}) {
      const job = find(gateway, id);
      const end = { state: 'succeeded', finishedAt: now(), updatedAt: now(), ...change };
      const charged = end.state === 'succeeded' ? job.price : 0n;
      const outputs =
        end.state === 'succeeded' ? [{ kind: 'video', url: 'https://paper.example/' }] : [];
      Object.assign(job, { charged, outputs, ...end });
      moved.emit(job.id);
      return job;
    },
    link,
    filesEndAt: (job) => filesEndAt(KEPT_FOR, job),
    // Whoever asks it puts a real or a played one here first.
    admin: {} as Admin,
    // No message is ever made here.
    deliveries: () => Promise.resolve([]),
    heldMsMax: 60_000,
    pollAfterMs: 5_000,
    issueToken: ({ keyId }) => ({ token: `token of ${keyId}`, expiresAt: now() + 3_600_000 }),
    models: (principal) => CATALOG.list(principal),
    priceRange: ({ group }, model) => priceRangeOf(model, { group, rules: CATALOG.priceRules() }),
    notices: () => ({}),
    checkFunds: async () => undefined,
    async create(principal, creation) {
      raise(gateway);
      if ('native' in creation) throw new Error('no provider here speaks a wire');
      gateway.creations.push(creation);
      const { applied, price } = resolve(RESOLVING, principal, creation);
      const { model } = creation.request;
      const held = creation.quote
        ? quotes.redeem(creation.quote, { principal, model, applied })
        : price;
      const job = { ...newJob(principal, creation, now()), price: held };
      gateway.jobs.set(job.id, job);
      return { ...creation.render(job), jobId: job.id };
    },
    // It keeps no keys.
    repeated: async () => undefined,
    async preview(principal, creation) {
      if ('native' in creation) throw new Error('no provider here speaks a wire');
      const quote = await gateway.quote(principal, creation);
      return { model: creation.request.model, quote, sends: [] };
    },
    async quote(principal, draft) {
      raise(gateway);
      const { applied, price, pricing, usable } = resolve(RESOLVING, principal, draft);
      const { model } = draft.request;
      const signed = quotes.issue({ principal, model, applied }, price);
      const lines = linesInPoints(pricing, price);
      return { ...signed, price, lines, applied, providerModel: usable[0].model };
    },
    async reference(job) {
      raise(gateway);
      return { id: providerIds.get(job.id) ?? null, model: 'paper-1' };
    },
    async estimate(job) {
      raise(gateway);
      const took = [...gateway.jobs.values()].flatMap(({ model, startedAt, finishedAt }) =>
        model === job.model && startedAt !== undefined && finishedAt !== undefined
          ? [(finishedAt - startedAt) / 1000]
          : [],
      );
      const middle = took.sort((a, b) => a - b)[Math.floor(took.length / 2)];
      return middle !== undefined && took.length >= 5
        ? { seconds: Math.ceil(middle), basis: 'finished_jobs' }
        : { seconds: CAPABILITIES.usualSeconds, basis: 'model' };
    },
    async usageLog({ workspaceId }, query) {
      raise(gateway);
      return logOf([...gateway.jobs.values()], workspaceId, query);
    },
    // No entry is ever written here.
    statement: ({ workspaceId }, month) =>
      Promise.resolve({ workspaceId, ...month, ...EMPTY, movements: [], models: [] }),
    balance: () => Promise.resolve(EMPTY.opening),
    async usageSummary({ workspaceId }, query) {
      raise(gateway);
      return summaryOf([...gateway.jobs.values()], workspaceId, query);
    },
    async get(principal, id) {
      raise(gateway);
      return find(gateway, id, principal.workspaceId);
    },
    async waitFor(principal, id, until, { ms, signal }) {
      raise(gateway);
      const job = find(gateway, id, principal.workspaceId);
      const isThere = isTerminal(job.state) || (until === 'accepted' && job.state === 'running');
      // Leaving and running out of time are the same to a caller: the job as it is then.
      const timeout = AbortSignal.any([signal, AbortSignal.timeout(ms ?? PROVIDER_REPLY_MS)]);
      if (!isThere) await once(moved, job.id, { signal: timeout }).catch(() => undefined);
      raise(gateway);
      return find(gateway, id, principal.workspaceId);
    },
    holdCreated: createHoldCreated({ log: pino({ level: 'silent' }) }, async (...wait) => ({
      job: await gateway.waitFor(...wait),
      isHeld: true,
    })),
    eventsLink: ({ id }) => `https://gateway.example/v1/videos/${id}/events`,
    async follow(principal, id) {
      raise(gateway);
      return oneState(find(gateway, id, principal.workspaceId));
    },
    async followAll(principal) {
      raise(gateway);
      return everyState(
        [...gateway.jobs.values()].filter((job) => job.workspaceId === principal.workspaceId),
      );
    },
    async events(principal, { limit, wants = () => true }) {
      raise(gateway);
      const mine = [...gateway.jobs.values()].filter(
        (job) => job.workspaceId === principal.workspaceId,
      );
      const all = mine.map((job) => createdEvent(job)).filter(wants);
      return { events: all.slice(0, limit), next: '7-0', hasMore: all.length > limit };
    },
    async list(principal, page) {
      raise(gateway);
      return listOf(gateway, principal, page);
    },
    async remove(principal, id) {
      raise(gateway);
      const job = find(gateway, id, principal.workspaceId);
      if (isTerminal(job.state)) {
        gateway.jobs.delete(job.id);
        return { job, deleted: true };
      }
      if (job.state === 'running') throw new GatewayError('conflict');
      job.state = 'canceling';
      return { job, deleted: false };
    },
    async view(principal, _wire, id) {
      raise(gateway);
      return unsaid(find(gateway, id, principal.workspaceId));
    },
    async views(principal) {
      raise(gateway);
      const { jobs } = listOf(gateway, principal, { limit: 500, order: 'desc' });
      return { views: jobs.map(unsaid), total: jobs.length };
    },
    async answered(principal, _wire, { jobId }) {
      return unsaid(find(gateway, jobId, principal.workspaceId));
    },
    giveOut: async (_wire, { id }) => id,
    async foreign() {
      throw new GatewayError('not_found');
    },
    waits: { cancelReplyMs: 50 },
    input: (blob, wish) => openInput(keptFiles([]).blobs, blob, wish),
    async content(principal, id, kind, wish) {
      raise(gateway);
      const job = find(gateway, id, principal.workspaceId);
      const files = [{ kind: 'video', bytes: gateway.file, mime: 'video/mp4' } as const];
      const answer =
        kind === 'thumbnail' || kind === 'spritesheet'
          ? await openPicture(keptPictures(files), job, kind, wish)
          : await openContent(keptFiles(files), job, kind, wish);
      // More than a file may say of itself.
      return { ...answer, headers: { ...answer.headers, 'set-cookie': 'leak=1' } };
    },
  };
  return gateway;
}

/** Tells one state of a job and ends. */
export async function* oneState(job: Job): AsyncGenerator<Told> {
  await Promise.resolve();
  yield { kind: 'opened', retryMs: 3_000 };
  yield { kind: 'state', job, place: '7-0', attempts: [], deliveries: [] };
}

const createdEvent = (job: Job): FeedEvent => ({
  place: `7-${job.id.replaceAll('-', '')}`,
  type: 'job.created',
  job,
  attempts: [],
  deliveries: [],
});

/** Tells that each job was made and ends. */
async function* everyState(jobs: readonly Job[]): AsyncGenerator<FeedTold> {
  await Promise.resolve();
  yield { kind: 'opened', retryMs: 3_000 };
  for (const job of jobs) yield { kind: 'event', ...createdEvent(job) };
  yield { kind: 'place', place: '7-0' };
}

/** No real caller waits here; long enough to be told, short enough for a test of the end. */
const PROVIDER_REPLY_MS = 300;

const RESOLVING = {
  catalog: CATALOG,
  links: { read: () => undefined },
  limits: { inputBytesMax: 64 * 1024 * 1024 },
  outbound: {
    checkCallbackUrl: (url: string) =>
      url.startsWith('https://')
        ? ({ ok: true } as const)
        : ({ ok: false, problem: 'must be an https URL' } as const),
    inputProblem: () => undefined,
  } as unknown as Outbound,
};

/** No provider has said anything here. */
const unsaid = (job: Job): NativeView => ({ job, latest: undefined, attempt: undefined });

function raise({ fault }: MemoryGateway): void {
  if (fault) throw fault;
}

function find(gateway: MemoryGateway, id: string, workspaceId?: string): Job {
  const job = gateway.jobs.get(readId(id) ?? '');
  if (!job || (workspaceId !== undefined && job.workspaceId !== workspaceId)) {
    throw new GatewayError('not_found');
  }
  return job;
}

function listOf(gateway: MemoryGateway, principal: Principal, page: PageQuery) {
  const mine = [...gateway.jobs.values()].filter(
    (job) => job.workspaceId === principal.workspaceId,
  );
  const ordered = page.order === 'desc' ? mine.reverse() : mine;
  const from = page.after ? ordered.findIndex((job) => job.id === readId(page.after ?? '')) + 1 : 0;
  const rest = ordered.slice(from);
  return { jobs: rest.slice(0, page.limit), hasMore: rest.length > page.limit };
}

function newJob(principal: Principal, creation: CreateOptions & Draft, at: number): Job {
  const inputs: Input[] = creation.request.inputs.map(({ role, media }) =>
    'dataUrl' in media
      ? { role, media: { blob: 'f'.repeat(64), mime: 'image/png' } }
      : { role, media },
  );
  const request = { ...creation.request, inputs };
  const [first] = CATALOG.resolve(principal, request.model).routes;
  return {
    id: newId(),
    workspaceId: principal.workspaceId,
    keyId: principal.keyId,
    workflowId: newId(),
    dialect: creation.dialect,
    state: 'queued',
    model: request.model,
    request,
    applied: applyCapabilities(request, first.capabilities, creation.names),
    metadata: creation.metadata,
    echo: creation.echo,
    callbackUrl: creation.callbackUrl?.url,
    progress: null,
    failure: undefined,
    outputs: [],
    usage: undefined,
    price: 25_000_000n,
    charged: undefined,
    routes: [{ channel: 'paper', provider: 'paper', model: 'paper-1' }],
    provider: 'paper',
    channel: 'paper',
    createdAt: at,
    startedAt: undefined,
    finishedAt: undefined,
    updatedAt: at,
    deadlineAt: at + 3_600_000,
    group: principal.group,
  };
}
