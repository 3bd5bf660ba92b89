import { isDeepStrictEqual } from 'node:util';
import type { Call } from '../../src/core/provider/exchange';
import { openai } from '../../src/providers/openai';
import { bodyOf } from '../support/call-body';
import { codeIn, readPage } from '../support/page';
import { submissionOf } from '../support/shown-submission';
import { ALL, REPLIES, SERVERS, SUBMITS } from '../support/video-server-wires';
import { askServers, type Question, type ServerName } from '../support/video-servers';

/**
 * How vLLM-Omni and SGLang read what our wire files say that we send them, by their own source, at the versions of
 * `test/support/video-servers/servers.txt`: a create is read as we mean it, with no word of it dropped. What the server does
 * with a request that it has read is not proven by it.
 */

function createOf(server: ServerName, call: Call): Extract<Question, readonly ['create', unknown]> {
  const contentType = call.headers['content-type'] ?? '';
  const body = Buffer.from(call.body ?? '').toString('base64');
  return ['create', { server, contentType, body }];
}

/** What a call says, by the names that it has on the wire; a file as its type and size. */
function saidBy(call: Call): Record<string, unknown> {
  const { body, parts } = bodyOf(call);
  if (!parts) return body as Record<string, unknown>; // a create has a body
  return Object.fromEntries(
    parts.map((part) => [
      part.name,
      'text' in part
        ? part.text
        : { type: part.mime, size: Buffer.from(part.base64, 'base64').length },
    ]),
  );
}

/** A text of a form stands for a value: "4" for 4, and "{…}" for an object. */
function valueOf(said: unknown): unknown {
  if (typeof said !== 'string') return said;
  try {
    return JSON.parse(said) as unknown;
  } catch {
    return said;
  }
}

test('there are wire files of both servers, of creates and of answers', () => {
  for (const [server] of SERVERS) {
    expect(SUBMITS.filter((one) => one.server === server).length).toBeGreaterThan(2);
    expect(REPLIES.filter((one) => one.server === server).length).toBeGreaterThan(4);
  }
});

describe('a create', () => {
  const sent = SUBMITS.map((one) => ({
    ...one,
    call: openai.submit(submissionOf(one.wire.given.submission)),
  }));
  const answers = new Map<string, ReturnType<typeof askServers<'create'>>[number]>();
  beforeAll(() => {
    const asked = askServers<'create'>(sent.map(({ server, call }) => createOf(server, call)));
    for (const [index, { name }] of sent.entries()) {
      const answer = asked[index];
      if (answer) answers.set(name, answer);
    }
  }, 300_000);

  test.each(sent.map((one) => [one.server, one.name, one.call] as const))(
    '%s reads %s, and every word of it',
    (_, name, call) => {
      const said = saidBy(call);
      const { status, body } = answers.get(name) ?? {};
      expect({ status, body }).toMatchObject({ status: 200 });
      const { known = [], read = {} } = body ?? {};
      expect(Object.keys(said).filter((word) => !known.includes(word))).toEqual([]);
      expect(
        Object.fromEntries(Object.keys(said).map((word) => [word, valueOf(read[word])])),
      ).toEqual(
        Object.fromEntries(Object.entries(said).map(([word, value]) => [word, valueOf(value)])),
      );
    },
  );

  test.each(sent.filter(({ server }) => server === 'vllm').map(({ name }) => name))(
    'vllm answers %s with a job that is ours from then on',
    (name) => {
      const { status = 0, body } = answers.get(name) ?? {};
      const reply = { status, headers: {}, body: Buffer.from(JSON.stringify(body?.reply)) };
      const facts = { attemptId: 'a', model: 'self-hosted', mode: 'text' as const };
      expect(openai.readSubmit(reply, facts)).toEqual({
        state: 'accepted',
        operation: { id: expect.stringMatching(/^video_gen_/) as unknown },
      });
    },
  );
});

describe('a picture by its link', () => {
  type Options = Record<string, string>;
  /** What becomes of it by a channel's options; dropped = the video is made of the text alone, and nobody says so. */
  const TABLE: readonly (readonly [ServerName, Options, 'read' | 'refused' | 'dropped'])[] = [
    ['vllm', { pictureAs: 'image_reference' }, 'read'],
    ['vllm', {}, 'dropped'],
    ['vllm', { pictureAs: 'text' }, 'refused'],
    ['vllm', { pictureAs: 'reference_url' }, 'dropped'],
    ['sglang', { create: 'either', pictureAs: 'reference_url' }, 'read'],
    ['sglang', {}, 'dropped'],
    ['sglang', { create: 'either' }, 'refused'],
    ['sglang', { create: 'either', pictureAs: 'text' }, 'read'],
    ['sglang', { create: 'either', pictureAs: 'image_reference' }, 'dropped'],
  ];
  const given = ALL.find(({ name }) => name === 'submit-vllm-picture.json')?.wire.given.submission;
  const rows = TABLE.map(([server, options, outcome]) => {
    const call = openai.submit(submissionOf({ ...given, options }));
    return [server, JSON.stringify(options), outcome, call] as const;
  });
  let answers: ReturnType<typeof askServers<'create'>> = [];
  beforeAll(() => {
    answers = askServers<'create'>(rows.map(([server, , , call]) => createOf(server, call)));
  }, 300_000);

  test.each(rows.map((row, index) => [...row, index] as const))(
    'of %s with the options %s is %s',
    (_, __, outcome, call, index) => {
      const { status = 0, body } = answers[index] ?? {};
      const { known = [] } = body ?? {};
      const dropped = Object.keys(saidBy(call)).filter((word) => !known.includes(word));
      const isRefused = status === 400 || status === 422;
      expect(isRefused ? 'refused' : dropped.length > 0 ? 'dropped' : 'read').toBe(outcome);
    },
  );

  test.each([
    ['vllm', 'vLLM-Omni, FastVideo'],
    ['sglang', 'SGLang'],
  ])('%s is read with the options that our page names for it', (server, name) => {
    const line = readPage('docs/providers.md').match(new RegExp(`^\\| ${name} \\| .*$`, 'm'))?.[0];
    const [options = ''] = codeIn(line);
    const found = TABLE.find(
      ([one, given]) => one === server && isDeepStrictEqual(given, JSON.parse(options)),
    );
    expect(found?.[2]).toBe('read');
  });
});
