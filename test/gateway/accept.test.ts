import { join } from 'node:path';
import { pino } from 'pino';
import { createLocalBlobs } from '../../src/blobs/local';
import { readConfig } from '../../src/config';
import type { Creation } from '../../src/core/ports';
import { accept } from '../../src/gateway';
import type { AcceptDeps } from '../../src/gateway';
import { createOutbound } from '../../src/outbound';
import { buildCatalog } from '../../src/run/channels';
import { cleanUp, temporaryFolder } from '../host/temporary';
import { NOW, startTestDatabase } from '../support/database';
import type { TestDatabase } from '../support/database';

/** What JSON allows and no row can hold is refused by the caller's own word for it, before anything is stored. */

let database: TestDatabase;
let deps: AcceptDeps;
const outbound = createOutbound({ allowedCallbackHosts: [], userAgent: 'test' });
beforeAll(async () => {
  database = await startTestDatabase();
  const origin = 'http://127.0.0.1:1';
  deps = {
    store: database.store,
    catalog: buildCatalog(readConfig({ REELAY_CONFIG: '' }), { origin, baseUrlOf: () => origin }),
    outbound,
    blobs: createLocalBlobs(join(temporaryFolder(), 'blobs')),
    inputBytesMax: 1_000_000,
    now: () => NOW,
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
