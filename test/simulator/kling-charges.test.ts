import type { Call } from '../../src/core/provider/exchange';
import { kling } from '../../src/providers/kling';
import { kling as simulation } from '../../simulators/kling';
import { createSimulatedProvider } from '../support/simulated-provider';

/** The simulated Kling takes for each video what the page of prices says, from a pack or from a balance. */

const upstream = createSimulatedProvider(kling, simulation);

const OLDER = '/v1/videos';
const NEWER = '/text-to-video/kling-3.0';
const image = 'https://media.example/a.png';
const video = { video_url: 'https://media.example/a.mp4' };
const prompt = 'a cat [[sim seconds=1 queued=0]]';

const call = (method: 'GET' | 'POST', path: string, body?: object): Call => ({
  method,
  target: { path },
  headers: { 'content-type': 'application/json' },
  ...(body ? { body: JSON.stringify(body) } : {}),
});

/** Makes a video with that key and gives its task as a look shows it. */
function made(path: string, body: object, apiKey = 'a-key'): Record<string, unknown> {
  const send = (one: Call): unknown => {
    const reply = upstream.sendUnsigned(kling.authorize(one, { apiKey }, upstream.now()));
    return (JSON.parse(Buffer.from(reply.body).toString()) as { data: unknown }).data;
  };
  const created = send(call('POST', path, { prompt, ...body })) as Record<string, string>;
  upstream.advance(1_000);
  const [older, newer] = [created['task_id'], created['id']];
  const look = older ? `${path}/${older}` : `/tasks?task_ids=${String(newer)}`;
  const shown = send(call('GET', look)) as Record<string, unknown> | Record<string, unknown>[];
  return Array.isArray(shown) ? (shown[0] ?? {}) : shown;
}

test.each<[what: string, kind: string, body: object, units: string]>([
  ['2.5 turbo', 'text2video', { model_name: 'kling-v2-5-turbo' }, '1.5'],
  ['ten seconds of it', 'text2video', { model_name: 'kling-v2-5-turbo', duration: '10' }, '3'],
  ['a frame, pro', 'image2video', { model_name: 'kling-v2-5-turbo', mode: 'pro', image }, '2.5'],
  ['2.6, silent', 'text2video', { model_name: 'kling-v2-6', mode: 'pro', sound: 'off' }, '2.5'],
  ['2.6 with sound', 'text2video', { model_name: 'kling-v2-6', mode: 'pro', sound: 'on' }, '5'],
  [
    '2.6 with a voice',
    'text2video',
    { model_name: 'kling-v2-6', mode: 'pro', sound: 'on', voice_list: [{ voice_id: '1' }] },
    '6',
  ],
  ['3.0 with sound', 'text2video', { model_name: 'kling-v3', sound: 'on' }, '4.5'],
  ['3.0 in 4k', 'text2video', { model_name: 'kling-v3', mode: '4k', duration: '15' }, '45'],
  ['omni with sound', 'omni-video', { model_name: 'kling-v3-omni', sound: 'on' }, '5'],
  ['omni beside a video', 'omni-video', { model_name: 'kling-v3-omni', video_list: [video] }, '6'],
  [
    'O1 beside a video, std',
    'omni-video',
    { model_name: 'kling-video-o1', mode: 'std', video_list: [video] },
    '4.5',
  ],
])('on the older wire %s costs what the page says', (_, kind, body, units) => {
  const task = made(`${OLDER}/${kind}`, body);
  expect(task).toMatchObject({ task_status: 'succeed', final_unit_deduction: units });
  expect(task).not.toHaveProperty('final_balance_deduction');
});

test('of a retired model nobody knows any more what it cost, and nothing is told', () => {
  const task = made(`${OLDER}/text2video`, { model_name: 'kling-v1' });
  expect(task).toMatchObject({ task_status: 'succeed' });
  expect(task).not.toHaveProperty('final_unit_deduction');
});

test('an account that pays from a balance is told dollars on either wire', () => {
  const body = { model_name: 'kling-v3', duration: '3' };
  expect(made(`${OLDER}/text2video`, body, 'cash-1')).toMatchObject({
    final_unit_deduction: '0',
    final_balance_deduction: { quota: '0.252', list_price: '0.252' },
  });
  expect(made(NEWER, { settings: { duration: 3 } }, 'cash-1')['billing']).toEqual([
    {
      charge_type: 'cash',
      cash_type: 'balance',
      amount: '0.252',
      currency: 'USD',
      list_price: '0.252',
    },
  ]);
});

test('what is to be reported as used is reported in the account’s own way', () => {
  const told = { prompt: 'a cat [[sim seconds=1 queued=0 usage=7]]' };
  expect(made(NEWER, told)['billing']).toMatchObject([{ charge_type: 'unit', amount: '7' }]);
  expect(made(NEWER, told, 'cash-1')['billing']).toMatchObject([{ amount: '0.98' }]);
});

test('what fails costs nothing', () => {
  const failing = { model_name: 'kling-v3', prompt: '[[sim seconds=1 queued=0 fault=fail]]' };
  const task = made(`${OLDER}/text2video`, failing);
  expect(task).toMatchObject({ task_status: 'failed', final_unit_deduction: '0' });
});
