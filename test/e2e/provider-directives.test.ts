import { DIRECTIVE_ENDS, ENDS } from '../../demo/fault-ends';
import type { FaultEnd } from '../../demo/fault-ends';
import { useTestGateway, until } from '../support/gateway';
import type { CallAnswer } from '../support/gateway';

/**
 * What a provider may do wrong in its replies and its links, at each of the five public APIs: the state, its code and
 * the bill are the documented ones, whichever API made the job, and that API says so in its own words.
 */

interface Api {
  create(prompt: string): Promise<CallAnswer>;
  /** The id in the create's answer. */
  idOf(answer: CallAnswer): string;
  /** Asks this API how the job stands; undefined while it goes on. */
  ended(id: string): Promise<'succeeded' | 'failed' | undefined>;
}

const MODEL = 'seedance-2.0';
const words = { model: MODEL, duration: 5, resolution: '720p' };
const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  gateway.call('POST', path, { body, headers });
const get = (path: string): Promise<CallAnswer> => gateway.call('GET', path);
const end = (status: unknown): 'succeeded' | 'failed' | undefined =>
  status === 'completed' || status === 'succeeded'
    ? 'succeeded'
    : status === 'failed' || status === 'expired'
      ? 'failed'
      : undefined;

const APIS: Readonly<Record<string, Api>> = {
  videos: {
    create: (prompt) => post('/v1/videos', { ...words, prompt }),
    idOf: ({ json }) => json.id,
    ended: async (id) => end((await get(`/v1/videos/${id}`)).json.status),
  },
  'ark-tasks': {
    create: (prompt) =>
      post('/v1/contents/generations/tasks', {
        ...words,
        ratio: '16:9',
        content: [{ type: 'text', text: prompt }],
      }),
    idOf: ({ json }) => json.id,
    ended: async (id) => end((await get(`/v1/contents/generations/tasks/${id}`)).json.status),
  },
  'video-generations': {
    create: (prompt) => post('/v1/video/generations', { model: MODEL, prompt, duration: 5 }),
    idOf: ({ json }) => json.id,
    ended: async (id) => end((await get(`/v1/video/generations/${id}`)).json.status),
  },
  'unified-video': {
    create: (prompt) => post('/unified-video/generate', { ...words, prompt }),
    idOf: ({ json }) => json.taskId,
    ended: async (id) => end((await get(`/unified-video/${id}/status`)).json.status),
  },
  ula: {
    create: (prompt) =>
      post(
        '/v1/ula/generate-video',
        {
          ...words,
          prompt,
          aspect_ratio: '16:9',
          generate_audio: true,
          camera_fixed: false,
          service_tier: 'default',
        },
        { prefer: 'wait=0' },
      ),
    idOf: ({ json }) => json.data.id,
    ended: async (id) => {
      const { status } = await get(`/v1/ula/videos/${id}`);
      return status === 202 ? undefined : status === 200 ? 'succeeded' : 'failed';
    },
  },
};

const DIRECTIVES = [
  'fault=empty',
  'fault=hang',
  'fault=no-status',
  'fault=done-no-output',
  ...Object.keys(DIRECTIVE_ENDS),
];

/** A body that is passed through belongs to its caller, and so does its result: nobody here reads the file first. */
const UNREAD: FaultEnd = { state: 'succeeded', code: null, submits: 1, billed: true, file: true };
const endOf = (api: string, directive: string): FaultEnd | undefined =>
  api === 'ark-tasks' && ENDS[directive]?.code === 'result_unreadable' ? UNREAD : ENDS[directive];

const CASES = Object.keys(APIS).flatMap((api) =>
  DIRECTIVES.map((directive): [string, string] => [api, directive]),
);
const tagOf = (api: string, directive: string): string => `${api} / ${directive} /`;

const posted = new Map<string, Promise<CallAnswer>>();

const gateway = useTestGateway({
  waits: {
    sendMs: 4_000,
    unknownMs: 2_000,
    exchangeMs: 3_000,
    lastLookMs: 3_000,
    nativeReplyMs: 2_000,
    providerReplyMs: 2_000,
    goneGraceMs: 2_000,
    noOutputGraceMs: 2_000,
    unreadableGraceMs: 2_000,
  },
});

beforeAll(async () => {
  // Together, since each is mostly waiting.
  for (const [api, directive] of CASES) {
    const prompt = `${tagOf(api, directive)} [[sim seconds=1 video=shared ${directive}]]`;
    const answer = APIS[api]?.create(prompt);
    if (answer) posted.set(tagOf(api, directive), answer);
  }
  await Promise.all(posted.values());
});

test('the table has every directive whose end is documented', () => {
  for (const directive of DIRECTIVES) expect(ENDS).toHaveProperty([directive]);
});

test.each(CASES)('%s: %s ends as documented', async (api, directive) => {
  const tag = tagOf(api, directive);
  const answer = await posted.get(tag);
  const endpoint = APIS[api];
  const wanted = endOf(api, directive);
  if (!answer || !endpoint || !wanted) throw new Error(tag);
  if (![200, 202].includes(answer.status)) throw new Error(`${tag} ${answer.text}`);
  const id = endpoint.idOf(answer);
  const state = await until(`${tag} to end`, () => endpoint.ended(id));
  const [job] = await gateway.sql<{
    id: string;
    state: string;
    code: string | null;
    billed: boolean;
  }>(
    `SELECT id, state, failure->>'code' AS code, charged > 0 AS billed FROM jobs
     WHERE strpos(request->>'prompt', $1) > 0`,
    [tag],
  );
  const ledger = await gateway.sql<{ kind: string }>(
    'SELECT kind FROM ledger WHERE job_id = $1 ORDER BY id',
    [job?.id],
  );
  const jobs = `${gateway.simulator?.origin}/_sim/jobs?contains=${encodeURIComponent(tag)}`;
  expect({
    state,
    stored: job?.state,
    code: job?.code,
    billed: job?.billed,
    ledger: ledger.map(({ kind }) => kind),
    submits: (await gateway.call('GET', jobs)).json.total,
  }).toEqual({
    state: wanted.state,
    stored: wanted.state,
    code: wanted.code,
    billed: wanted.billed,
    ledger: ['hold', wanted.billed ? 'settle' : 'release'],
    submits: wanted.submits,
  });
});
