import { createLinks } from '../../src/http/links';
import { newId, renderId } from '../../src/core/job/ids';

/** Links outlive the secret that signed them for as long as it is still read. */

const HOUR = 3_600_000;
const NOW = Date.parse('2026-11-29T12:00:00Z');
const target = { workspaceId: 'ws_1', jobId: newId(), kind: 'video' as const };
let clock = NOW;
const options = { publicUrl: () => 'https://a.example', lifetimeMs: HOUR, now: () => clock };
const before = createLinks({ ...options, secret: 'one' });
const rotating = createLinks({ ...options, secret: 'two', otherSecrets: ['one'] });
const after = createLinks({ ...options, secret: 'two' });

test('a link from before the secret was changed opens while that secret is read, and ends as ever', () => {
  const link = before.sign(target);
  expect(rotating.read(link)).toEqual({ target });
  expect(after.read(link)).toEqual({ problem: 'This link is not valid.' });
  clock = NOW + 3 * HOUR;
  expect(rotating.read(link)).toEqual({
    problem: 'This link has expired; ask for a new one.',
  });
});

test('a new link is signed with the new secret alone', () => {
  clock = NOW;
  const link = rotating.sign(target);
  expect(after.read(link)).toEqual({ target });
  expect(before.read(link)).toEqual({ problem: 'This link is not valid.' });
  const other = link.replace(renderId('video', target.jobId), renderId('video', newId()));
  expect(rotating.read(other)).toEqual({ problem: 'This link is not valid.' });
});

test('a link is renewed until a moment, also one that has expired since; a changed one and any other URL stay', () => {
  clock = NOW;
  const link = after.sign(target);
  clock = NOW + 5 * HOUR;
  const renewed = after.renew(link, NOW + 9 * HOUR);
  expect(after.read(link)).toMatchObject({ problem: expect.stringMatching(/expired/) });
  clock = NOW + 9 * HOUR - 1;
  expect(after.read(renewed)).toEqual({ target });
  const changed = link.replace('workspace=ws_1', 'workspace=ws_2');
  for (const other of [changed, before.sign(target), 'https://b.example/a.mp4', 'asset']) {
    expect(after.renew(other, NOW)).toBe(other);
  }
});

test.each(['=', '%20', '!', '%00', 'A'])(
  'a signature has one spelling: with "%s" behind it a link is none',
  (end) => {
    clock = NOW;
    expect(after.read(after.sign(target) + end)).toEqual({ problem: 'This link is not valid.' });
  },
);
