import { readId } from '../../src/core/job/ids';
import { useTestGateway } from '../support/gateway';

/** A repeat of a create that is made of an earlier video has its answer also when that video is gone. */

const gateway = useTestGateway();
const QUICK = '[[sim seconds=1 video=shared]]';

/** Each create of an earlier video, as path and body. */
const CREATES: [what: string, create: (source: string) => { path: string; body: object }][] = [
  ['remix', (id) => ({ path: `/v1/videos/${id}/remix`, body: { prompt: `again ${QUICK}` } })],
  [
    'edit',
    (id) => ({ path: '/v1/videos/edits', body: { prompt: `other ${QUICK}`, video: { id } } }),
  ],
  [
    'extension',
    (id) => ({ path: '/v1/videos/extensions', body: { prompt: `on ${QUICK}`, video: { id } } }),
  ],
];

test.each(CREATES)(
  'a repeated %s of a video that is deleted since has its first answer',
  async (what, create) => {
    const source = await gateway.create();
    await gateway.ended(source);
    const { path, body } = create(source);
    const post = (more: { key?: string; body?: object; query?: string } = {}) =>
      gateway.call('POST', `${path}${more.query ?? ''}`, {
        body: more.body ?? body,
        headers: more.key === '' ? {} : { 'idempotency-key': more.key ?? `a-${what}` },
      });
    const first = await post();
    expect(first).toMatchObject({ status: 200, json: { remixed_from_video_id: source } });
    await gateway.ended(first.json.id);
    await gateway.call('DELETE', `/v1/videos/${source}`);

    const repeat = await post();
    expect(repeat).toMatchObject({ status: 200, json: { id: first.json.id } });
    expect(repeat.headers.get('idempotent-replayed')).toBe('true');
    const holds = await gateway.sql(`SELECT 1 FROM ledger WHERE job_id = $1 AND kind = 'hold'`, [
      readId(first.json.id),
    ]);
    expect(holds).toHaveLength(1);

    const other = await post({ body: { ...body, prompt: 'another' } });
    expect(other).toMatchObject({ status: 422, json: { error: { code: 'idempotency_mismatch' } } });
    for (const more of [{ key: '' }, { key: `b-${what}` }, { query: '?dry_run=true' }]) {
      expect(await post(more)).toMatchObject({
        status: 404,
        json: { error: { code: 'not_found' } },
      });
    }
  },
);

test('a video whose files are kept no longer is refused as that by all that needs them', async () => {
  const source = await gateway.create();
  await gateway.ended(source);
  await gateway.waitFor(source, 'copy', async () => {
    const kept = 'SELECT 1 FROM keeps WHERE job_id = $1 AND finished_at IS NOT NULL';
    return (await gateway.sql(kept, [readId(source)]))[0];
  });
  // As the sweep leaves the row once `retention.filesMs` is over.
  await gateway.sql(`UPDATE jobs SET outputs = '[]', files_removed_at = now() WHERE id = $1`, [
    readId(source),
  ]);
  await gateway.sql('DELETE FROM files WHERE job_id = $1', [readId(source)]);
  for (const [, create] of CREATES) {
    const { path, body } = create(source);
    const answer = await gateway.call('POST', path, { body });
    expect(answer).toMatchObject({ status: 409, json: { error: { code: 'conflict' } } });
    expect(answer.json.error.message).toContain('The video is kept no longer');
  }
  for (const variant of ['video', 'last_frame', 'thumbnail', 'spritesheet']) {
    const answer = await gateway.call('GET', `/v1/videos/${source}/content?variant=${variant}`);
    const message = 'The files of this job are kept no longer.';
    expect(answer).toMatchObject({ status: 404, json: { error: { message } } });
  }
});
