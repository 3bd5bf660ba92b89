import { publicWords } from '../../src/dialects/kit/provider-words';

/** What a caller can use of a provider's text stays, what names a place, a secret, an id or another model goes. */

const JOB = {
  model: 'sora-2',
  routes: [
    { channel: 'a', provider: 'ark', model: 'doubao-seedance-2-0-260128' },
    { channel: 'b', provider: 'ark', model: 'doubao-seedance-2-0-fast-260128' },
  ],
};

const CASES: [said: string, shown: string | undefined][] = [
  [
    'The image is too small, at least 300 px are needed.',
    'The image is too small, at least 300 px are needed.',
  ],
  ['The prompt is longer than 2500 characters', 'The prompt is longer than 2500 characters'],
  ['the ratio 16:9 does not go with 1920x1080', 'the ratio 16:9 does not go with 1920x1080'],
  [
    'content[1].image_url: cannot read cat.png at 12:30:45',
    'content[1].image_url: cannot read cat.png at 12:30:45',
  ],
  [
    'Your input may contain sensitive information. Request id: 021764310000000deadbeef0123456789',
    'Your input may contain sensitive information.',
  ],
  ['Too small (request_id=7f3a9c1e-2b4d-4c5e-8f6a-1b2c3d4e5f60)', 'Too small'],
  ['Too small [trace-id: 4f00aa12]', 'Too small'],
  [
    'Cannot fetch https://tos-cn-beijing.volces.com/a/b.png?X-Tos-Signature=aa11: 403',
    'Cannot fetch 403',
  ],
  ['upstream ark.cn-beijing.volces.com:443 said no', 'upstream said no'],
  ['connect 10.0.3.7:8080 refused; peer fd00:1:2:3::7', 'connect refused; peer'],
  ['rejected for key sk-live-0123456789abcdef', 'rejected for key'],
  ['Authorization: Bearer eyJhbGciOi.eyJzdWIi.c2ln is wrong', 'Authorization: is wrong'],
  ['account id 2100123456 has no quota for this', 'has no quota for this'],
  ['the account 2100123456 may not', 'the account may not'],
  ['model doubao-seedance-2-0-260128 takes no audio', 'model sora-2 takes no audio'],
  ['doubao-seedance-2-0-fast-260128 takes no audio', 'sora-2 takes no audio'],
  [
    'endpoint ep-20250411144321-abcde does not take it; ask ops@vendor.example',
    'endpoint does not take it; ask',
  ],
  ['task cgt-20261121120000-a1b2c failed', 'task failed'],
  ['提示词过长，请缩短', '提示词过长，请缩短'],
  ['https://only.example/a', undefined],
  ['', undefined],
];

test.each(CASES)('%s', (message, shown) => {
  expect(publicWords({ provider: { message } }, JOB)).toBe(shown);
});

test('the code is shown where it is a word, and nothing is longer than 300 characters', () => {
  const message = 'too small';
  const said = (code: string) => publicWords({ provider: { code, message } }, JOB);
  expect(said('InvalidParameter.Image')).toBe('InvalidParameter.Image: too small');
  expect(said('1201')).toBe('too small');
  expect(publicWords({ provider: { code: 'InvalidParameter' } }, JOB)).toBe('InvalidParameter');
  expect(publicWords({}, JOB)).toBeUndefined();
  expect(publicWords({ provider: { message: 'x '.repeat(400) } }, JOB)).toHaveLength(300);
});
