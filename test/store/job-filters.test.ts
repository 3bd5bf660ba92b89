import { Client } from 'pg';
import type { JobFilter } from '../../src/core/job/page';
import {
  NOW,
  PRICE,
  SUCCEEDED,
  acceptedAttempt,
  createdJob,
  newJob,
  settle,
  useTestDatabase,
} from '../support/database';

/** Lists of jobs by state, model, time and metadata: those that match, all of them, and page by page. */

const database = useTestDatabase(PRICE * 1_000n);
const NAMES = ['plain', 'tagged', 'other-model', 'late', 'failed', 'done'] as const;
type Name = (typeof NAMES)[number];
const ids = new Map<string, Name>();

beforeAll(async () => {
  const { workspace } = database;
  const base = newJob(workspace);
  const make = async (name: Name, change: Parameters<typeof newJob>[1] = {}) => {
    const job = await createdJob(database, newJob(workspace, change));
    ids.set(job.id, name);
    return job;
  };
  await make('plain');
  await make('tagged', { metadata: { order: 'A-17', shop: { id: 3, open: true } } });
  await make('other-model', { request: { ...base.request, model: 'reel' } });
  await make('late', { now: NOW + 60_000 });
  const failed = await make('failed');
  await settle(database, failed.id, { kind: 'canceled' });
  const done = await make('done', { metadata: { order: 'A-18' } });
  const { id } = await acceptedAttempt(database, done);
  await database.store.attempts.recordLook(id, { verdict: SUCCEEDED, reply: undefined, now: NOW });
  await settle(database, done.id);
  const other = await database.makeWorkspace(PRICE * 10n);
  await createdJob(database, newJob(other, { metadata: { order: 'A-17' } }));
});

const ALL = [...NAMES];
const without = (...names: Name[]): Name[] => ALL.filter((name) => !names.includes(name));

test.each<[filter: JobFilter, names: Name[]]>([
  [{}, ALL],
  [{ states: ['queued'] }, without('failed', 'done')],
  [{ states: ['failed', 'canceled', 'expired'] }, ['failed']],
  [{ states: ['succeeded'] }, ['done']],
  [{ states: ['running', 'canceling'] }, []],
  [{ model: 'reel' }, ['other-model']],
  [{ model: 'clip' }, without('other-model')],
  [{ createdFrom: NOW }, ALL],
  [{ createdFrom: NOW + 1 }, ['late']],
  [{ createdBefore: NOW + 1 }, without('late')],
  [{ createdBefore: NOW }, []],
  [{ metadata: {} }, ALL],
  [{ metadata: { order: 'A-17' } }, ['tagged']],
  [{ metadata: { shop: { id: 3 } } }, ['tagged']],
  [{ metadata: { shop: { id: 4 } } }, []],
  [{ states: ['succeeded'], metadata: { order: 'A-18' }, model: 'clip' }, ['done']],
])('%j lists the jobs that match, in pages of any size', async (filter, names) => {
  for (const limit of [1, 100]) {
    const found: string[] = [];
    let after: string | undefined;
    for (let hasMore = true; hasMore;) {
      const page = { limit, order: 'asc', after, filter } as const;
      const { jobs, hasMore: more } = await database.store.jobs.list(database.workspace.id, page);
      found.push(...jobs.map(({ id }) => ids.get(id) ?? id));
      after = jobs.at(-1)?.id;
      hasMore = more;
    }
    expect(found.sort()).toEqual([...names].sort());
  }
});

/** Makes four thousand jobs of the job's workspace out of it: one in a hundred failed, is of another model, is tagged. */
const FILL = `
  INSERT INTO jobs SELECT (jsonb_populate_record(one, jsonb_build_object(
      'id', gen_random_uuid(), 'workflow_id', gen_random_uuid(), 'created_at', one.created_at + n * interval '1 s',
      'model', CASE n % 100 WHEN 1 THEN 'rare' ELSE one.model END,
      'metadata', CASE n % 100 WHEN 2 THEN jsonb_build_object('order', n) ELSE '{}' END,
      'finished_at', CASE n % 100 WHEN 3 THEN one.created_at END,
      'state', CASE n % 100 WHEN 3 THEN 'failed' ELSE 'queued' END))).*
  FROM jobs AS one, generate_series(1, 4000) AS n WHERE one.id = $1`;

test('each list of few among many goes by its index', async () => {
  const other = await database.makeWorkspace(PRICE * 10n);
  const { id } = await createdJob(database, newJob(other));
  const owner = new Client({ connectionString: database.adminUrl });
  await owner.connect();
  const plan = async (condition: string): Promise<string> => {
    const list = `SELECT * FROM jobs WHERE workspace_id = '${other.id}' AND deleted_at IS NULL AND ${condition}`;
    const { rows } = await owner.query(
      `EXPLAIN ${list} ORDER BY created_at DESC, id DESC LIMIT 101`,
    );
    return JSON.stringify(rows);
  };
  try {
    await owner.query(FILL, [id]);
    await owner.query('ANALYZE jobs');
    expect(await plan(`model = 'rare'`)).toContain('jobs_page_of_model');
    expect(await plan(`state IN ('failed', 'canceled', 'expired')`)).toContain(
      'jobs_page_of_failed',
    );
    const tagged = `metadata @> '{"order":102}'::jsonb AND metadata <> '{}'`;
    expect(await plan(tagged)).toContain('jobs_metadata');
  } finally {
    await owner.end();
  }
});
