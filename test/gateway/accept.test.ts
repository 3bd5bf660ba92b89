import { join } from 'node:path';
import { pino } from 'pino';
import { createLocalBlobs } from '../../src/blobs/local';
import { readConfig } from '../../src/config';
import { CommitInDoubt } from '../../src/core/errors';
import type { CreateOptions, NativeDraft } from '../../src/core/job/creation';
import type { Draft } from '../../src/core/request/draft';
import { accept, createQuotes } from '../../src/gateway';
import type { AcceptDeps } from '../../src/gateway';
import { resolve } from '../../src/gateway/resolve';
import { createOutbound } from '../../src/outbound';
import { buildCatalog } from '../../src/run/channels';
import { cleanUp, temporaryFolder } from '../host/temporary';
import { PNG } from '../http/test-app';
import { NOW, startTestDatabase } from '../support/database';
import type { TestDatabase } from '../support/database';

type Creation = CreateOptions & Draft;

/** What cannot be stored, or would undo what was priced, is refused by the caller's own word before anything is stored. */

let database: TestDatabase;
let deps: AcceptDeps;
const outbound = createOutbound({ allowedCallbackHosts: [], userAgent: 'test' });
beforeAll(async () => {
  database = await startTestDatabase();
  const origin = 'http://127.0.0.1:1';
  const ark = { channel: 'ark-simulated', model: 'doubao-seedance-2-0-260128' };
  const onKling = (model: string) => ({ channel: 'kling-simulated', model });
  const kling = onKling('kling-v2-6');
  const price = { perJob: '25' };
  const config = readConfig(
    { REELAY_CONFIG: '' },
    {
      models: {
        'seedance-2.0': { channels: [ark], price },
        'kling-v2-6': { channels: [kling], price },
        either: { channels: [ark, kling], price },
        turned: { channels: [kling, ark], price },
        'silent-first': { channels: [onKling('kling-v2-5-turbo'), ark], price },
        'faster-first': { channels: [onKling('kling-v1'), ark], price },
        'two-klings': { channels: [onKling('kling-v1-6'), onKling('kling-v2-5-turbo')], price },
        'slow-tier': {
          channels: [{ channel: 'ark-simulated', model: 'doubao-seedance-1-5-pro-251215' }],
          price,
        },
        newer: { channels: [{ ...onKling('kling-v9'), like: 'kling-v3-omni' }], price },
        small: {
          channels: [ark],
          price,
          offers: { resolutions: ['480p'], seconds: { max: 5 }, audio: false, modes: ['text'] },
        },
        impatient: {
          channels: [{ channel: 'ark-simulated', model: 'doubao-seedance-1-5-pro-251215' }],
          price,
          deadlineSeconds: 900,
        },
      },
    },
  );
  deps = {
    store: database.store,
    catalog: buildCatalog(config, {
      origin,
      channelOf: () => ({ baseUrl: origin, credentials: {} }),
    }),
    outbound,
    links: { read: () => undefined },
    blobs: createLocalBlobs(join(temporaryFolder(), 'blobs')),
    quotes: createQuotes({ secret: 'quote-secret', lifetimeMs: 60_000, now: () => NOW }),
    waits: { inputFetchMs: 5_000 },
    limits: { inputBytesMax: 20_000_000, resubmits: 2 },
    now: () => NOW,
    lot: () => 0.5,
    log: pino({ level: 'silent' }),
  };
});
afterAll(async () => {
  await outbound.close();
  await database?.close();
  await cleanUp();
});

const creation = (change: Partial<Creation> = {}): Creation => ({
  dialect: 'videos',
  request: { model: 'seedance-2.0', prompt: 'a boat', inputs: [], passthrough: {} },
  names: { prompt: 'text', passthrough: 'extra' },
  metadata: {},
  echo: {},
  idempotency: undefined,
  render: (job) => ({ status: 200, body: job.id }),
  ...change,
});
const request = (change: Partial<Creation['request']>): Partial<Creation> => ({
  request: { ...creation().request, ...change },
});

test.each<[string, Partial<Creation>, string]>([
  ['NUL in the prompt', request({ prompt: 'a\u0000b' }), 'text'],
  ['half of a pair in the prompt', request({ prompt: 'a \ud83d boat' }), 'text'],
  ['NUL in words of the vendor', request({ passthrough: { deep: [{ x: '\u0000' }] } }), 'extra'],
  [
    'NUL in a field without another name',
    request({ safetyIdentifier: '\u0000' }),
    'safetyIdentifier',
  ],
  ['NUL in a name inside metadata', { metadata: { 'a\u0000': 1 } }, 'metadata'],
  [
    'NUL in a callback URL',
    { callbackUrl: { url: 'https://example.com/a\u0000b', param: 'hook' } },
    'hook',
  ],
  ['half of a pair in what is echoed', { echo: { request_id: '\udc00' } }, 'request_id'],
])('%s', async (_, change, param) => {
  const accepted = accept(deps, database.workspace.principal, creation(change));
  await expect(accepted).rejects.toMatchObject({ code: 'invalid_request', status: 400, param });
  await expect(accepted).rejects.toThrow(
    `${param}: has a character that is not text (NUL, or half of a surrogate pair).`,
  );
  for (const table of ['jobs', 'events', 'blobs']) {
    expect(await database.sql(`SELECT * FROM ${table}`)).toEqual([]);
  }
});

test('without points or budget a request with a file is refused before the file is stored', async () => {
  const poor = await database.makeWorkspace(1n);
  const dataUrl = `data:image/png;base64,${PNG.toString('base64')}`;
  const withFile = creation(
    request({ inputs: [{ role: 'first_frame', media: { dataUrl, param: 'image' } }] }),
  );
  const native = nativeOf('seedance-2.0', { content: [{ type: 'text', text: 'a boat' }] });
  for (const asked of [withFile, native]) {
    await expect(accept(deps, poor.principal, asked)).rejects.toMatchObject({
      code: 'insufficient_balance',
      message: 'This request needs 25 points; 0.000001 are available.',
    });
  }
  const { principal } = await database.makeWorkspace(1_000_000_000n);
  await database.store.admin.changeKey(principal.keyId, { budget: 1n });
  await expect(accept(deps, principal, withFile)).rejects.toThrow('the budget of this API key');
  const walk = { after: undefined, looksMax: 10 };
  expect(await deps.blobs.stale(Infinity, walk)).toEqual({ ids: [] });
  expect(await database.sql('SELECT * FROM blobs')).toEqual([]);
});

test.each<[model: string, passthrough: Record<string, unknown>, param: string]>([
  ['seedance-2.0', { duration: 15 }, 'extra.duration'],
  ['seedance-2.0', { frames: 289 }, 'extra.frames'],
  ['seedance-2.0', { tools: [], model: 'a-dearer-one' }, 'extra.model'],
  ['seedance-2.0', { resolution: '4k' }, 'extra.resolution'],
  ['kling-v2-6', { duration: '10' }, 'extra.duration'],
  ['kling-v2-6', { mode: 'pro' }, 'extra.mode'],
  ['kling-v2-6', { model_name: 'kling-v3' }, 'extra.model_name'],
  ['kling-v2-6', { external_task_id: 'mine' }, 'extra.external_task_id'],
  ['kling-v2-6', { cfg_scale: 0.5 }, 'extra.cfg_scale'],
])('%s refuses the vendor keys %j', async (model, passthrough, param) => {
  const accepted = accept(deps, database.workspace.principal, {
    ...creation(request({ model, passthrough })),
  });
  await expect(accepted).rejects.toMatchObject({ code: 'invalid_request', status: 400, param });
  for (const table of ['jobs', 'events', 'blobs']) {
    expect(await database.sql(`SELECT * FROM ${table}`)).toEqual([]);
  }
});

const nativeOf = (model: string, body: object): CreateOptions & NativeDraft => ({
  dialect: 'videos',
  native: {
    model,
    body: Buffer.from(JSON.stringify({ model, ...body })),
    headers: { 'content-type': 'application/json' },
    search: '',
  },
  idempotency: undefined,
  render: (job) => ({ status: 200, body: job.id }),
});

const SILENT = { resolution: '480p', generate_audio: false };
/** A body passes through, so what it leaves to the model is judged too. */
const SMALL: [what: string, body: object, text: string][] = [
  ['a resolution', { ...SILENT, resolution: '1080p' }, 'resolution: 1080p is not offered'],
  ['the resolution of the model', { generate_audio: false }, 'resolution: 720p is not offered'],
  ['a length', { ...SILENT, duration: 12 }, 'duration: 12 is not offered'],
  ['a length in frames', { ...SILENT, frames: 240 }, 'duration: 10 is not offered'],
  ['a length of the model', { ...SILENT, duration: -1 }, 'duration: -1 is not offered'],
  ['sound that the model makes by itself', { resolution: '480p' }, 'generate_audio: must be given'],
  [
    'a length in frames that the model has not',
    { ...SILENT, frames: 400 },
    'duration: 17 is not offered',
  ],
  [
    'a resolution that the model has not',
    { generate_audio: false, resolution: '8k' },
    'resolution: 8k',
  ],
  [
    'a flag of the prompt',
    { ...SILENT, content: [{ type: 'text', text: 'a boat --dur 12' }] },
    'has "--dur", which would overrule a field',
  ],
  [
    'a flag of the prompt that can be read in two ways',
    { ...SILENT, content: [{ type: 'text', text: 'a boat --dur=12' }] },
    'content: has "--dur" in its text without blanks',
  ],
  [
    'a picture in a form that is not read',
    {
      ...SILENT,
      content: [{ type: 'image_url', image_url: { url: 'data:image/bmp;base64,Qk0=' } }],
    },
    'content',
  ],
  [
    'more than is read',
    { ...SILENT, content: Array.from({ length: 65 }, () => ({ type: 'text', text: 'a' })) },
    'content: has more than 64 items',
  ],
  [
    'a picture',
    {
      ...SILENT,
      content: [{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }],
    },
    'content: are not offered in this form',
  ],
];

test.each<[string, string, object, string]>([
  [
    'a model whose provider speaks none',
    'kling-v2-6',
    {},
    "model: takes no body of its provider's own. Allowed: seedance-2.0, either, turned",
  ],
  [
    'another spelling of a priced name',
    'seedance-2.0',
    { Duration: 9 },
    'Duration: is not a field; write it as duration.',
  ],
  [
    'a callback into the gateway’s own network',
    'seedance-2.0',
    { callback_url: 'http://10.0.0.1/' },
    'callback_url: ',
  ],
  ...SMALL.map(([what, body, text]): [string, string, object, string] => [
    `${what} that is not offered`,
    'small',
    body,
    text,
  ]),
  [
    'a draft that nobody here made',
    'seedance-2.0',
    { content: [{ type: 'draft_task', draft_task: { id: 'cgt-1' } }] },
    'content[0].draft_task.id: there is no such job.',
  ],
])('a native body is refused before anything is stored: %s', async (_, model, body, text) => {
  const accepted = accept(deps, database.workspace.principal, nativeOf(model, body));
  await expect(accepted).rejects.toThrow(text);
  for (const table of ['jobs', 'events', 'blobs']) {
    expect(await database.sql(`SELECT * FROM ${table}`)).toEqual([]);
  }
});

const SAID = { aspectRatio: '16:9', generateAudio: false };
const CAMERA = { camera_control: { type: 'down_back' } };

test.each<[model: string, string, Partial<Creation['request']>, providers: string[]]>([
  ['either', 'a shape that only the first has', {}, ['ark']],
  ['either', 'sound that is on by default', { aspectRatio: '16:9' }, ['ark']],
  [
    'either',
    'sound in a resolution of both',
    { aspectRatio: '16:9', resolution: '1080p' },
    ['ark', 'kling'],
  ],
  ['either', 'what both can do', SAID, ['ark', 'kling']],
  ['either', 'a length of the first', { ...SAID, seconds: 7 }, ['ark']],
  ['either', 'a last frame of the first', { ...SAID, returnLastFrame: true }, ['ark']],
  ['either', 'a square, whose pixels one does not name', { ...SAID, aspectRatio: '1:1' }, ['ark']],
  ['either', 'words of the second', { negativePrompt: 'rain' }, ['kling']],
  ['turned', 'what both can do', {}, ['kling', 'ark']],
  ['turned', 'a watermark', { watermark: true }, ['kling', 'ark']],
  ['turned', 'sound', { resolution: '1080p', generateAudio: true }, ['kling', 'ark']],
  ['turned', 'a square, whose pixels it does not name', { aspectRatio: '1:1' }, ['kling']],
  ['turned', 'words of its vendor', { passthrough: CAMERA }, ['kling']],
  [
    'turned',
    'words of its vendor that say nothing',
    { passthrough: { x: null } },
    ['kling', 'ark'],
  ],
  ['silent-first', 'what it can do', {}, ['kling', 'ark']],
  ['faster-first', 'its frame rate and tier', {}, ['kling']],
  ['two-klings', 'words of their vendor', { passthrough: CAMERA }, ['kling', 'kling']],
])('%s asks a second channel for what the first resolved: %s', async (model, _, change, names) => {
  const accepted = await accept(
    deps,
    database.workspace.principal,
    creation(request({ model, ...change })),
  );
  if (accepted.kind !== 'created') throw new Error(accepted.kind);
  expect(accepted.job.routes.map(({ provider }) => provider)).toEqual(names);
});

test('each channel is sent the video in the words of its own model', async () => {
  const accepted = await accept(
    deps,
    database.workspace.principal,
    creation(request({ model: 'silent-first' })),
  );
  if (accepted.kind !== 'created') throw new Error(accepted.kind);
  const { job } = accepted;
  const [first, second] = job.routes;
  expect(first).not.toHaveProperty('applied');
  expect(job.applied).not.toHaveProperty('generateAudio');
  // Not said, it would be the provider's own default, which is sound.
  expect(second?.applied).toEqual({
    ...job.applied,
    generateAudio: false,
    returnLastFrame: false,
    serviceTier: 'default',
  });
  expect((await database.store.jobs.load(job.id))?.routes).toEqual(job.routes);
});

test('a newer id of a provider’s has the capabilities of the model it is like', async () => {
  const { principal } = database.workspace;
  const accepted = await accept(deps, principal, creation(request({ model: 'newer' })));
  if (accepted.kind !== 'created') throw new Error(accepted.kind);
  expect(accepted.job).toMatchObject({
    applied: { resolution: '1080p' },
    routes: [{ model: 'kling-v9', like: 'kling-v3-omni' }],
  });
});

test.each<[model: string, Partial<Creation['request']>, seconds: number]>([
  ['seedance-2.0', {}, 7_200],
  ['slow-tier', {}, 7_200],
  ['slow-tier', { serviceTier: 'flex' }, 174_600],
  ['slow-tier', { expiresAfterSeconds: 172_800 }, 174_600],
  ['impatient', { serviceTier: 'flex', expiresAfterSeconds: 172_800 }, 900],
])('%s with %j has until its own deadline', async (model, change, seconds) => {
  const { principal } = database.workspace;
  const accepted = await accept(deps, principal, creation(request({ model, ...change })));
  if (accepted.kind !== 'created') throw new Error(accepted.kind);
  expect(accepted.job.deadlineAt - NOW).toBe(seconds * 1_000);
});

test.each<[string, Creation['request']['inputs'][number]['role'], string, string]>([
  ['a sound as a frame', 'first_frame', 'SUQzBAAAAAAAAAAAAAAAAAAA', 'audio/mpeg; it must be image'],
  [
    'a picture as a sound',
    'reference_audio',
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB',
    'image/png; it must be audio',
  ],
])('%s is refused before anything is stored', async (_, role, base64, said) => {
  const media = { dataUrl: `data:;base64,${base64}`, param: 'images.0' };
  const accepted = accept(
    deps,
    database.workspace.principal,
    creation(request({ inputs: [{ role, media }] })),
  );
  await expect(accepted).rejects.toThrow(`images.0: is ${said}/*.`);
  expect(await database.sql('SELECT * FROM blobs')).toEqual([]);
});

const WEBP = Buffer.from('RIFF....WEBPVP8 ', 'latin1');
const png = (bytes: number): Buffer => {
  const file = Buffer.alloc(bytes);
  file.write('\x89PNG\r\n\x1a\n', 'latin1');
  return file;
};
const KLING_BYTES_MAX = 10 * 1024 * 1024;
const frameOf = (bytes: Buffer): Creation['request']['inputs'] => [
  {
    role: 'first_frame',
    media: { dataUrl: `data:;base64,${bytes.toString('base64')}`, param: 'images.0' },
  },
];

test.each<[model: string, what: string, bytes: Buffer, outcome: string]>([
  ['kling-v2-6', 'a picture that is just not too large', png(KLING_BYTES_MAX), 'kling'],
  [
    'kling-v2-6',
    'a picture that is too large',
    png(KLING_BYTES_MAX + 1),
    'inputs: has a picture of 10485761 bytes; at most 10485760.',
  ],
  [
    'kling-v2-6',
    'a picture of a type that its provider cannot read',
    WEBP,
    'inputs: has a picture as image/webp. Allowed: image/jpeg, image/png.',
  ],
  ['turned', 'a picture that only the second takes', WEBP, 'ark'],
  ['seedance-2.0', 'a picture of any type', WEBP, 'ark'],
])('%s and %s', async (model, _, bytes, outcome) => {
  const { principal } = database.workspace;
  const asked = creation(request({ model, inputs: frameOf(bytes) }));
  const told = await accept(deps, principal, asked).then(
    (accepted) => accepted.kind === 'created' && accepted.job.routes.map((r) => r.provider).join(),
    (error: Error) => error.message,
  );
  expect(told).toBe(outcome);
});

test('a picture that a workflow names is measured where it lies', async () => {
  const { principal } = database.workspace;
  const bytes = png(KLING_BYTES_MAX + 2);
  const sent = await accept(deps, principal, creation(request({ inputs: frameOf(bytes) })));
  if (sent.kind !== 'created') throw new Error(sent.kind);
  const { inputs } = sent.job.request;
  const named = creation({ ...request({ model: 'kling-v2-6', inputs }), workflowId: 'w-1' });
  await expect(accept(deps, principal, named)).rejects.toThrow('picture of 10485762 bytes');
});

test('a quoted price is what is held, also when the model’s own price has changed since', async () => {
  const { principal } = database.workspace;
  const draft = creation();
  const { applied, price } = resolve(deps, principal, draft);
  expect(price).toBe(25_000_000n);
  const { id } = deps.quotes.issue({ principal, model: 'seedance-2.0', applied }, 24_000_000n);
  const accepted = await accept(deps, principal, { ...draft, quote: { id, param: 'quoteId' } });
  if (accepted.kind !== 'created') throw new Error(accepted.kind);
  expect(accepted.job.price).toBe(24_000_000n);
  const held = await database.store.ledger.entriesOf(principal.workspaceId, accepted.job.id);
  expect(held).toEqual([{ kind: 'hold', available: -24_000_000n, held: 24_000_000n, spent: 0n }]);
  const other = {
    ...creation(request({ prompt: 'another boat' })),
    quote: { id, param: 'quoteId' },
  };
  await expect(accept(deps, principal, other)).rejects.toMatchObject({ status: 409 });
});

test('every other text passes as it is', async () => {
  const prompt = 'é 漢字 😀 \u0001 \ufffd \\u0000 "quoted" \n\t\u2028';
  const accepted = await accept(
    deps,
    database.workspace.principal,
    creation({ ...request({ prompt }), metadata: { [prompt]: prompt } }),
  );
  if (accepted.kind !== 'created') throw new Error(accepted.kind);
  const job = await database.store.jobs.load(accepted.job.id);
  expect(job).toMatchObject({
    request: { prompt },
    applied: { prompt },
    metadata: { [prompt]: prompt },
  });
});

test.each(['seedance-2.0', 'either'])('%s takes a body of its provider’s own', async (model) => {
  const { principal } = database.workspace;
  const body = { content: [{ type: 'text', text: 'a boat' }], ratio: '9:16', tools: ['search'] };
  const accepted = await accept(deps, principal, nativeOf(model, body));
  if (accepted.kind !== 'created') throw new Error(accepted.kind);
  const { job } = accepted;
  expect(job).toMatchObject({
    dialect: 'videos',
    model,
    request: { prompt: 'a boat' },
    applied: { aspectRatio: '9:16', resolution: '720p', passthrough: { tools: ['search'] } },
    native: { wire: 'ark-tasks', search: '', ids: {} },
  });
  // A fallback that does not speak the wire could make nothing of it.
  expect(job.routes.map(({ provider }) => provider)).toEqual(['ark']);
  const bytes = await deps.blobs.read(job.native?.body ?? '');
  expect(JSON.parse(Buffer.from(bytes).toString())).toEqual({ model, ...body });
});

test.each([
  ['under a key, may be repeated and finds its job', 'in-doubt', true],
  ['without one, must not be posted again by itself', undefined, false],
])('a create whose commit was not heard of, %s', async (_, key, retryable) => {
  const { principal } = database.workspace;
  const deaf: AcceptDeps = {
    ...deps,
    store: {
      ...deps.store,
      jobs: {
        ...deps.store.jobs,
        async create(job) {
          await deps.store.jobs.create(job);
          throw new CommitInDoubt(new Error('the connection was lost'));
        },
      },
    },
  };
  const idempotency = key === undefined ? undefined : { key, route: 'r', fingerprint: 'f' };
  const asked = creation({ idempotency });
  const accepted = accept(deaf, principal, asked);
  await expect(accepted).rejects.toMatchObject({ code: 'internal', retryable });
  await expect(accepted).rejects.toThrow('the job may have been created');
  if (key === undefined) return;
  const [row] = await database.sql('SELECT id FROM jobs ORDER BY created_at DESC, id DESC LIMIT 1');
  expect(await accept(deps, principal, asked)).toMatchObject({ kind: 'replayed', jobId: row?.id });
});
