import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERRORS, GatewayError, type ErrorCode, type ErrorDetails } from '../src/core/errors';
import type { Admin, Key, Workspace } from '../src/core/operator/admin';
import type {
  OperatedAttempt,
  OperatedDelivery,
  OperatedJob,
  OperatedKeep,
  OperatedTry,
} from '../src/core/operator/operations';
import type { MarginRow } from '../src/core/money/margins';
import type { Month } from '../src/core/money/statement';
import type { BookedEntry } from '../src/core/money/ledger';
import type { Dialect } from '../src/core/api/dialect';
import type { HttpRoute } from '../src/core/api/route';
import type { Job } from '../src/core/job/job';
import type { LatestReply, StoredReply } from '../src/core/provider/native';
import type { Creation, NativeDraft } from '../src/core/job/creation';
import { filesEndAt, type FileKind } from '../src/core/job/files';
import type { NativeQuery, NativeView } from '../src/core/job/native-view';
import type { ProviderReference } from '../src/core/job/reference';
import type { RangeWish } from '../src/core/media/range';
import type { Attempt } from '../src/core/provider/attempt';
import { apis, dialects } from '../src/dialects';
import { openContent } from '../src/gateway/content';
import { KEPT_FOR, oneState } from './http/memory-gateway';
import { ADMIN_KEY, KEY, startTestApp, READ_KEY, type TestApp } from './http/test-app';
import { keptFiles } from './http/memory-content';

/**
 * Every file in an API's `wire` folder is one exchange. It is sent to the real app over a real socket; only the
 * use cases behind it are played, from the file's `given`.
 */
interface WireFile {
  name: string;
  /** Recorded on a date, or from which documentation. */
  source: string;
  /** What no source says for certain. */
  uncertain?: string;
  given: {
    /** Changes to the base job below. */
    job?: JobChange;
    /** The jobs of a list; for usage, every job of the workspace. */
    jobs?: JobChange[];
    /** Changes to the job by the time that an endpoint has waited for it. */
    waited?: JobChange;
    reference?: ProviderReference;
    hasMore?: boolean;
    deleted?: boolean;
    error?: ErrorDetails & { code: ErrorCode };
    key?: 'none' | 'read';
    /** Changes to the records that the admin API shows. */
    workspace?: Partial<Workspace>;
    apiKey?: Partial<Key>;
    /** Changes to the entry of the ledger that is shown or was made. */
    entry?: EntryChange;
    /** The secret of a key or of callbacks. */
    secret?: string;
    /** What the provider of the job's last attempt said; its bodies as text. */
    said?: GivenLatestReply;
    /** What is said of each job in `jobs`, in that order. */
    saids?: (GivenLatestReply | null)[];
    attempt?: { state: Attempt['state']; phase?: Attempt['phase']; submitReply?: GivenReply };
    /** A foreign id: nobody has it here, and this is what its provider answers. */
    foreign?: GivenReply;
  };
  call?: {
    method: string;
    path: string;
    headers?: Record<string, string>;
    body?: unknown;
    /** Name, text and, for a file, its media type; the text of a file is base64. */
    form?: [name: string, value: string, type?: string][];
  };
  /** `text` where every byte counts. */
  reply?: {
    status: number;
    headers?: Record<string, string | null>;
    body?: unknown;
    text?: string;
  };
  /** What reaches the gateway (of the admin API: `[use case, ...arguments]`), or, for a callback, the message. */
  means?: unknown;
}

/** Money is written as a number of micro-points. */
type EntryChange = Omit<Partial<BookedEntry>, 'id' | 'available' | 'held' | 'spent' | 'entryId'> & {
  available?: number;
  spent?: number;
};
type JobChange = Omit<Partial<Job>, 'price' | 'charged'> & { price?: number; charged?: number };

interface GivenReply {
  status: number;
  type?: string;
  text: string;
}
type GivenLatestReply = Omit<LatestReply, 'reply' | 'id'> & { id?: string; reply?: GivenReply };

/** What only the route of a file answers. */
const FILE_ERRORS: readonly ErrorCode[] = ['range_not_satisfiable', 'upstream'];
/** A 405 means the same everywhere, and headers that are too large are refused before there is a path. */
const UNSHOWN_ERRORS: readonly ErrorCode[] = ['method_not_allowed', 'headers_too_large'];
const SHOWN_ERRORS = (Object.keys(ERRORS) as ErrorCode[]).filter(
  (code) => !UNSHOWN_ERRORS.includes(code),
);
/** Codes that our own APIs never answer, since nothing in them costs points or is counted; one of them only reads. */
const NEVER: Readonly<Record<string, readonly ErrorCode[]>> = {
  admin: ['insufficient_balance', 'rate_limited'],
  account: [
    'insufficient_balance',
    'rate_limited',
    'conflict',
    'payload_too_large',
    'request_timeout',
    'unsupported_media_type',
    'idempotency_mismatch',
  ],
  jobs: [
    'insufficient_balance',
    'rate_limited',
    'conflict',
    'payload_too_large',
    'request_timeout',
    'unsupported_media_type',
    'idempotency_mismatch',
  ],
};
const NOW = 1_767_225_600_000;
/** The id of each request, which problems say back. */
const REQUEST_ID = 'req_01a22a1a59fc769c';

describe.each(Object.entries(apis))('API %s', (name, dialect) => {
  const files = wireFiles(name);
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ now: () => NOW });
  });
  afterAll(() => app.close());

  test('is registered under its own name', () => expect(dialect.name).toBe(name));

  test('has a wire file for each of its routes and each error', () => {
    const isAnswer = ({ name: file, reply }: WireFile): boolean =>
      reply !== undefined && (reply.status < 300 || file.startsWith('refused-'));
    const shown = new Set(
      files.filter(isAnswer).map(({ call }) => call && routeOf(dialect.routes, call)),
    );
    expect(dialect.routes.filter((route) => !shown.has(route)).map(nameOf)).toEqual([]);
    const shownStatuses = files.flatMap(({ reply }) =>
      reply && reply.status >= 400 ? [reply.status] : [],
    );
    const absent = [
      ...(NEVER[name] ?? []),
      ...(dialect.routes.some((route) => route.acceptsLink) ? [] : FILE_ERRORS),
    ];
    const codes = SHOWN_ERRORS.filter((code) => !absent.includes(code));
    const statuses = codes.map((code) => dialect.renderError(new GatewayError(code), 'r').status);
    expect(shownStatuses).toEqual(expect.arrayContaining(statuses));
    expect(files.some((file) => file.name === 'callback')).toBe(name in dialects);
  });

  test('tells clients which errors they may not answer by the same request', () => {
    const headerOf = (retryable: boolean): string | undefined =>
      dialect.renderError(new GatewayError('internal', { retryable }), 'r').headers?.[
        'x-should-retry'
      ];
    expect([headerOf(false), headerOf(true)]).toEqual(['false', undefined]);
  });

  test('keeps its routes under its prefixes, where its errors are spoken', () => {
    for (const { path } of dialect.routes) {
      expect(dialect.prefixes.some((prefix) => `${path}/`.startsWith(`${prefix}/`))).toBe(true);
    }
  });

  const exchanges = files.filter((file) => file.call);
  test.each(exchanges.map((file) => [file.name, file] as const))(
    'speaks %s',
    async (_name, file) => {
      const asked = play(app, file);
      const response = await sendCall(app, file, name === 'admin' ? ADMIN_KEY : KEY);
      expect(file.source.length).toBeGreaterThan(10);
      expect(response.status).toBe(file.reply?.status);
      for (const [header, value] of Object.entries(file.reply?.headers ?? {})) {
        expect([header, response.headers.get(header)]).toEqual([header, value]);
      }
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.includes('json') ?? false;
      if (file.reply?.body !== undefined) {
        expect(isJson ? JSON.parse(text) : text).toEqual(file.reply.body);
      }
      if (file.reply?.text !== undefined) expect(text).toBe(file.reply.text);
      if (file.means) expect(plain(asked[0])).toEqual(file.means);
      const route = file.call && routeOf(dialect.routes, file.call);
      if (response.ok && isJson && route?.reply)
        expect(route.reply.parse(JSON.parse(text))).toEqual(JSON.parse(text));
    },
  );
});

describe.each(Object.entries(dialects))('dialect %s', (name, dialect) => {
  const callbacks = wireFiles(name).filter((file) => !file.call);
  test.each(callbacks.map((file) => [file.name, file] as const))('renders %s', (_name, file) => {
    const { job, reference, said } = file.given;
    const body = render(dialect, jobOf(job), reference, said);
    expect(JSON.parse(body)).toEqual(file.means);
    expect(dialect.callback.parse(JSON.parse(body))).toEqual(file.means);
    if (said?.reply?.status === 200 && job?.givenId === undefined) {
      expect(body).toBe(said.reply.text);
    }
  });

  test('keeps a callback below 20 kB, however much the caller gave', () => {
    const long = '漢'.repeat(10_000);
    const body = render(dialect, {
      state: 'succeeded',
      finishedAt: 1_767_225_660_000,
      metadata: { note: 'x'.repeat(8000) },
      request: { ...BASE.request, prompt: long },
      applied: { ...BASE.applied, prompt: long, passthrough: { note: long } },
    });
    expect(Buffer.byteLength(body)).toBeLessThan(20_000);
    expect(body.replaceAll('-', '')).toContain(BASE.id.replaceAll('-', ''));
  });
});

test('no two APIs claim one route', () => {
  const routes = Object.values(apis).flatMap((dialect) => dialect.routes.map(nameOf));
  expect(new Set(routes).size).toBe(routes.length);
});

function wireFiles(dialect: string): WireFile[] {
  const folder = join(__dirname, '../src/dialects', dialect, 'wire');
  return readdirSync(folder).map((file) => {
    const parsed = JSON.parse(readFileSync(join(folder, file), 'utf8')) as WireFile;
    expect(parsed.name).toBe(file.replace(/\.json$/, ''));
    return parsed;
  });
}

/** Parameters have no names here: `/a/:id` and `/a/:name` are one route. */
const nameOf = ({ method, path, when }: HttpRoute): string =>
  `${method} ${path.replace(/:\w+/g, ':')}${when ? ' with a header' : ''}`;

/** The first that takes it, as the app chooses. */
function routeOf(
  routes: readonly HttpRoute[],
  { method, path, headers }: NonNullable<WireFile['call']>,
): HttpRoute | undefined {
  const asked = path.split('?')[0] ?? '';
  return routes.find((route) => {
    const pattern = new RegExp(`^${route.path.replace(/:\w+/g, '[^/]+')}$`);
    const isMeant = route.when?.(headers ?? {}) ?? true;
    return method === route.method && pattern.test(asked) && isMeant;
  });
}

/** Makes the app's gateway answer what the file gives; what it is asked to create or to change is collected. */
function play(app: TestApp, { given }: WireFile): unknown[] {
  const asked: unknown[] = [];
  const job = { ...BASE, ...jobOf(given.job) };
  const rows = (given.jobs ?? []).map((change) => ({ ...BASE, ...jobOf(change) }));
  const fault = given.error && new GatewayError(given.error.code, given.error);
  const answer = async <T>(value: T): Promise<T> => {
    if (fault) throw fault;
    return value;
  };
  const viewOf = (shown: Job, said: GivenLatestReply | null | undefined): NativeView => ({
    job: shown,
    latest: said ? saidOf(said) : undefined,
    attempt: given.attempt && {
      state: given.attempt.state,
      phase: given.attempt.phase ?? 'queued',
      submitReply: replyOf(given.attempt.submitReply),
    },
  });
  const view = viewOf(job, given.said);
  const known = <T>(value: T): Promise<T> =>
    given.foreign ? Promise.reject(new GatewayError('not_found')) : answer(value);
  const saids = given.saids ?? [];
  Object.assign(app.gateway, {
    link,
    follow: () => answer(oneState(job)),
    view: () => known(view),
    views: (_principal: unknown, wire: string, query: NativeQuery) => {
      asked.push({ views: wire, ...query });
      const views = rows.map((row, index) => viewOf(row, saids[index]));
      return answer({ views, total: rows.length });
    },
    answered: async () => view,
    giveOut: async (_wire: string, { id }: { id: string }) =>
      view.attempt?.state === 'accepted' ? (view.latest?.id ?? id) : id,
    foreign: (_principal: unknown, wire: string, question: object) => {
      asked.push({ foreign: wire, ...question });
      return answer(replyOf(given.foreign));
    },
    fault,
    issueToken: () => ({ token: 'header.claims.signature', expiresAt: NOW + 3_600_000 }),
    jobs: new Map(rows.map((row) => [row.id, row])),
    create: async (_principal: unknown, creation: Creation) => {
      asked.push(creation);
      return answer({ ...creation.render(job), jobId: job.id });
    },
    repeated: async () => undefined,
    get: () => known(job),
    waitFor: () => answer({ ...job, ...jobOf(given.waited) }),
    holdCreated: () => answer({ job: { ...job, ...jobOf(given.waited) }, isHeld: true }),
    reference: () => answer(given.reference ?? { id: null, model: 'paper-1' }),
    list: () => answer({ jobs: rows, hasMore: given.hasMore ?? false }),
    remove: () => answer({ job, deleted: given.deleted ?? false }),
    deliveries: (_principal: unknown, id: string) => {
      asked.push({ deliveries: id });
      return answer([{ delivery: GIVEN_UP, tries: [TRIED] }]);
    },
    balance: () => answer(BALANCE),
    statement: (_principal: unknown, month: Month) => {
      asked.push({ statement: month });
      return answer({ ...STATEMENT, ...month });
    },
    content: async (_principal: unknown, _id: string, kind: FileKind, wish: RangeWish) =>
      openContent(KEPT, await answer(job), kind, wish),
    admin: playAdmin(given, asked, answer),
  });
  return asked;
}

const MARGINS: MarginRow[] = [
  {
    name: null,
    ...{ requests: 1, tokens: 0, seconds: 0, charged: 0n, refunded: 0n, cost: 0n },
    ...{ lateCost: 10_000_000n, unknownCosts: 1 },
  },
  {
    name: 'ark',
    ...{ requests: 3, tokens: 326_700, seconds: 15, charged: 75_000_000n, refunded: 25_000_000n },
    ...{ cost: 30_500_000n, lateCost: 0n, unknownCosts: 0 },
  },
];
const STATEMENT = {
  workspaceId: '019b7a3c-0000-7000-8000-000000000001',
  opening: { available: 0n, held: 0n, spent: 0n },
  movements: [
    { kind: 'hold', entries: 2, available: -50_000_000n, held: 50_000_000n, spent: 0n },
    { kind: 'settle', entries: 1, available: 24_500_000n, held: -25_000_000n, spent: 500_000n },
    { kind: 'top_up', entries: 1, available: 1_000_000_000n, held: 0n, spent: 0n },
  ],
  closing: { available: 974_500_000n, held: 25_000_000n, spent: 500_000n },
  models: [{ model: 'seedance-2.0', requests: 1, tokens: 108_900, seconds: 5, charged: 500_000n }],
};

function playAdmin(
  given: WireFile['given'],
  asked: unknown[],
  answer: <T>(value: T) => Promise<T>,
): Admin {
  const workspace = { ...WORKSPACE, ...given.workspace };
  const key = { ...API_KEY, ...given.apiKey };
  const hasMore = given.hasMore ?? false;
  const shown = {
    workspaces: { items: [workspace], hasMore },
    workspace,
    changeWorkspace: workspace,
    balance: BALANCE,
    margins: MARGINS,
    ledger: { items: [{ ...ENTRY, ...(given.entry && entryOf(given.entry)) }], hasMore },
    keys: { items: [key], hasMore },
    key,
    changeKey: key,
    revokeKey: key,
    ...OPERATED,
  };
  const { secret } = given;
  const made = {
    workspace,
    workspaceId: workspace.id,
    callbackSecret: secret,
    entry: { ...ENTRY, ...(given.entry && entryOf(given.entry)) },
    balance: BALANCE,
    previousExpiresAt: key.previousExpiresAt,
    key,
    secret,
  };
  const makers = [
    ...['createWorkspace', 'topUp', 'adjust', 'refund'],
    ...['rotateCallbackSecret', 'createKey', 'rotateKey'],
  ];
  const uses = [
    ...Object.entries(shown).map(([name, value]) => [name, () => value] as const),
    ...makers.map(
      (name) =>
        [
          name,
          (...args: unknown[]) => (args.at(-1) as { render(of: unknown): unknown }).render(made),
        ] as const,
    ),
  ];
  return Object.fromEntries(
    uses.map(([name, use]) => [
      name,
      (...args: unknown[]) => {
        asked.push([name, ...args]);
        return answer(use(...args));
      },
    ]),
  ) as unknown as Admin;
}

async function sendCall(app: TestApp, { call, given }: WireFile, key: string): Promise<Response> {
  if (!call) throw new Error('a wire file without a call is a callback');
  const { method, path, body, form } = call;
  const headers = new Headers({ 'x-request-id': REQUEST_ID, ...call.headers });
  const init: RequestInit = { method, headers };
  if (form) init.body = formOf(form);
  else if (typeof body === 'string') init.body = body;
  else if (body !== undefined) {
    init.body = JSON.stringify(body);
    headers.set('content-type', 'application/json');
  }
  if (given.key === 'none') return fetch(new URL(path, app.origin), init);
  headers.set('authorization', `Bearer ${given.key === 'read' ? READ_KEY : key}`);
  return app.send(path, init);
}

function formOf(parts: NonNullable<NonNullable<WireFile['call']>['form']>): FormData {
  const form = new FormData();
  for (const [name, value, type] of parts) {
    if (type === undefined) form.append(name, value);
    else form.append(name, new File([Buffer.from(value, 'base64')], 'file', { type }));
  }
  return form;
}

/** Functions and undefined fields fall away, as in JSON; money is told in digits, bytes as the text they are. */
function plain(asked: unknown): unknown {
  const { native } = (asked ?? {}) as Partial<NativeDraft>;
  const body = native && Buffer.from(native.body).toString('utf8');
  const readable = native ? { ...(asked as NativeDraft), native: { ...native, body } } : asked;
  const digits = (name: string, value: unknown) => {
    // How callers know a job is the dialect's word and no file's; test/e2e/operators.test.ts follows it to the engine.
    if (name === 'idPrefix') return undefined;
    // The same for every create, whatever the API.
    if (name === 'requestId') return expect(value).toBe(REQUEST_ID);
    return typeof value === 'bigint' ? value.toString() : value;
  };
  return JSON.parse(JSON.stringify(readable, digits)) as unknown;
}

const replyOf = (given: GivenReply | undefined): StoredReply | undefined =>
  given && { status: given.status, type: given.type, body: Buffer.from(given.text) };

const saidOf = ({ wire, id, reply }: GivenLatestReply): LatestReply => ({
  wire,
  id,
  reply: replyOf(reply),
});

const KEPT = keptFiles([
  { kind: 'video', bytes: Buffer.from('bytes'), mime: 'video/mp4' },
  { kind: 'last_frame', bytes: Buffer.from('frame'), mime: 'image/png' },
]);
const EVENT = 'evt_019b7a3c00007000800000000000abcd';
const REFERENCE: ProviderReference = { id: 'upstream-1', model: 'paper-1' };
const endOf = (job: Job): number | undefined => filesEndAt(KEPT_FOR, job);
const link = (_job: Job, kind: string): string => `https://gateway.example/${kind}?signature=s`;

function jobOf({ price, charged, ...change }: JobChange = {}): Partial<Job> {
  return {
    ...change,
    ...(price === undefined ? {} : { price: BigInt(price) }),
    ...(charged === undefined ? {} : { charged: BigInt(charged) }),
  };
}

const entryOf = ({ available, spent, ...change }: EntryChange): Partial<BookedEntry> => ({
  ...change,
  ...(available === undefined ? {} : { available: BigInt(available) }),
  ...(spent === undefined ? {} : { spent: BigInt(spent) }),
});

function render(
  dialect: Dialect,
  change: Partial<Job>,
  reference = REFERENCE,
  said?: GivenLatestReply,
): string {
  const body = dialect.renderCallback(
    { ...BASE, dialect: dialect.name, ...change },
    { link, filesEndAt: endOf, eventId: EVENT, reference, native: said && saidOf(said) },
  );
  return Buffer.from(body).toString('utf8');
}

const BASE: Job = {
  id: '019b7a3c-0000-7000-8000-00000000abcd',
  workspaceId: 'ws_1',
  keyId: '019b7a3c-0000-7000-8000-0000000000ab',
  workflowId: '0199a7c4-0000-7000-8000-000000000001',
  dialect: 'videos',
  state: 'queued',
  group: 'default',
  model: 'clip-1',
  request: { model: 'clip-1', prompt: 'a cat', inputs: [], passthrough: {} },
  applied: {
    mode: 'text',
    prompt: 'a cat',
    inputs: [],
    seconds: 5,
    resolution: '720p',
    aspectRatio: '16:9',
    width: 1280,
    height: 720,
    fps: 24,
    generateAudio: true,
    seed: 7,
    watermark: false,
    returnLastFrame: true,
    passthrough: {},
  },
  metadata: {},
  echo: {},
  callbackUrl: undefined,
  progress: null,
  failure: undefined,
  outputs: [],
  usage: undefined,
  price: 25_000_000n,
  charged: undefined,
  routes: [{ channel: 'paper', provider: 'paper', model: 'paper-1' }],
  provider: 'paper',
  channel: 'paper',
  createdAt: 1_767_225_600_000,
  startedAt: undefined,
  finishedAt: undefined,
  updatedAt: 1_767_225_600_000,
  deadlineAt: 1_767_229_200_000,
};

const WORKSPACE: Workspace = {
  id: '019b7a3c-0000-7000-8000-000000000001',
  name: 'acme',
  group: 'default',
  ...{ budget: null, budgetDay: null, budgetMonth: null },
  createdAt: 1_767_225_600_000,
  disabledAt: undefined,
};

const API_KEY: Key = {
  id: '019b7a3c-0000-7000-8000-00000000000a',
  workspaceId: WORKSPACE.id,
  name: 'production',
  prefix: 'rl_live_0a1b2c3d',
  scopes: ['generate', 'read'],
  models: ['clip-1'],
  group: null,
  budget: 100_000_000n,
  ...{ budgetDay: 5_000_000n, budgetMonth: null },
  joinsIdentical: false,
  createdAt: 1_767_225_600_000,
  expiresAt: null,
  revokedAt: null,
  lastUsedAt: 1_767_225_660_000,
  previousExpiresAt: null,
  held: 25_000_000n,
  spent: 50_500_000n,
};

const IN_REVIEW: OperatedJob = {
  id: BASE.id,
  workspaceId: WORKSPACE.id,
  keyId: API_KEY.id,
  workflowId: 'video_019b7a3c00007000800000000000abcd',
  dialect: 'videos',
  state: 'running',
  model: 'clip-1',
  provider: 'paper',
  channel: 'paper',
  review: 'restarted too often',
  restarts: 4,
  failureCode: null,
  price: 25_000_000n,
  charged: null,
  createdAt: 1_767_225_600_000,
  finishedAt: null,
  deadlineAt: 1_767_229_200_000,
  deletedAt: null,
  erasedAt: null,
};
const SPENT = { createdAt: 1_767_225_600_000, finishedAt: 1_767_225_660_000 };
const GIVEN_UP: OperatedDelivery = {
  id: '019b7a3c-0000-7000-8000-00000000000d',
  eventId: '019b7a3c-0000-7000-8000-00000000000e',
  jobId: BASE.id,
  workspaceId: WORKSPACE.id,
  about: 'ended',
  state: 'failed',
  endedBecause: 'gave_up',
  url: 'https://customer.example/hook',
  isErased: false,
  tries: 1,
  ...SPENT,
};
const TRIED: OperatedTry = {
  number: 1,
  startedAt: SPENT.createdAt,
  finishedAt: SPENT.finishedAt,
  durationMs: 120,
  status: 500,
  error: null,
  excerpt: 'no',
};
const UNKEPT: OperatedKeep = {
  jobId: BASE.id,
  workspaceId: WORKSPACE.id,
  state: 'gave_up',
  because: "the provider's link answered 403",
  ...SPENT,
};
const ACCEPTED: OperatedAttempt = {
  number: 1,
  provider: 'paper',
  channel: 'paper',
  state: 'accepted',
  sends: 1,
  polls: 7,
  operation: '{"taskId":"upstream-1"}',
  refusalCode: null,
  verdict: null,
  cost: null,
};
/** What each use case for operators answers. */
const OPERATED = {
  config: {
    version: '5f1c9a0e7d2b4c68',
    readAt: 1_767_225_600_000,
    told: { version: '5f1c9a0e7d2b4c68', toldAt: 1_767_225_600_000, toldBy: 'api-1:17:0a1b2c3d' },
    isCurrent: true,
  },
  reloadConfig: { version: '5f1c9a0e7d2b4c68', isChanged: true, needsRestart: ['waits'] },
  jobs: { items: [IN_REVIEW], hasMore: false },
  job: { job: IN_REVIEW, attempts: [ACCEPTED], deliveries: [GIVEN_UP], keep: UNKEPT },
  resumeJob: IN_REVIEW,
  failJob: IN_REVIEW,
  resolveJob: IN_REVIEW,
  deliveries: { items: [GIVEN_UP], hasMore: false },
  delivery: { delivery: GIVEN_UP, tries: [TRIED] },
  redeliver: GIVEN_UP,
  redeliverAll: { count: 2, hasMore: false },
  stopDelivery: GIVEN_UP,
  keeps: { items: [UNKEPT], hasMore: false },
  resumeKeep: UNKEPT,
  failKeep: UNKEPT,
};

const ENTRY: BookedEntry = {
  id: 42n,
  workspaceId: WORKSPACE.id,
  kind: 'top_up',
  ...{ available: 25_000_000n, held: 0n, spent: 0n },
  ...{ jobId: null, keyId: null, note: null, byKeyId: API_KEY.id, expiresAt: null, entryId: null },
  at: 1_767_225_600_000,
};
const BALANCE = { available: 974_500_000n, held: 25_000_000n, spent: 500_000n };
