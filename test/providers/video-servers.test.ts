import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Call } from '../../src/core/provider/exchange';
import { openai as simulation } from '../../simulators/openai';
import { openai } from '../../src/providers/openai';
import { bodyOf } from '../support/call-body';
import { submissionOf } from '../support/shown-submission';
import { createSimulatedProvider } from '../support/simulated-provider';
import { askServers, type Question, type ServerName } from '../support/video-servers';

/**
 * What our wire files say of vLLM-Omni and SGLang is judged by their own source, at the versions of
 * `test/support/video-servers/servers.txt`. Proven by it: a create is read as we mean it, with no word of it dropped; the
 * answers that we read are such as the server's own models write, and mean the same in the form that they are written in.
 * Not proven: what the server does with a request that it has read.
 */

type Json = Record<string, unknown>;

interface Wire {
  source: string;
  exchange: string;
  given: { submission?: Record<string, unknown>; operation?: Record<string, unknown> };
  reply: { status: number; headers: Record<string, string>; body: Record<string, unknown> };
  means: unknown;
}

const FOLDER = join(__dirname, '../../src/providers/openai/wire');
const SERVERS: readonly (readonly [ServerName, RegExp])[] = [
  ['vllm', /vllm-project\/vllm-omni/],
  ['sglang', /sgl-project\/sglang/],
];

/** The wire files that tell of one of the servers. */
const ALL = readdirSync(FOLDER).flatMap((name) => {
  const wire = JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as Wire; // the contract test reads it by a schema
  const server = SERVERS.find(([, source]) => source.test(wire.source))?.[0];
  return server === undefined ? [] : [{ name, server, wire }];
});
const hasVideo = ({ wire }: { wire: Wire }): boolean => wire.reply.body['object'] === 'video';
const SUBMITS = ALL.filter(({ wire, name }) => wire.exchange === 'submit' && /^submit/.test(name));
const REPLIES = ALL.filter(hasVideo);

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
      expect(Object.keys(said).filter((word) => !body?.known.includes(word))).toEqual([]);
      const read = Object.fromEntries(
        Object.keys(said).map((word) => [word, valueOf(body?.read[word])]),
      );
      expect(read).toEqual(
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

describe('an answer', () => {
  const replies = REPLIES.map(({ server, wire, name: file }) => ({ ...wire, server, file }));
  let judged: ReturnType<typeof askServers<'reply'>> = [];
  beforeAll(() => {
    judged = askServers<'reply'>(
      replies.map(({ server, reply: { body } }) => ['reply', { server, body }]),
    );
  }, 300_000);

  test.each(replies.map((one, index) => [one.server, one.file, one, index] as const))(
    '%s can write that of %s, whose full form means the same',
    (_, __, { exchange, given, reply, means }, index) => {
      const { wrong, full } = judged[index] ?? {};
      expect(wrong).toEqual([]);
      const asItIs = { ...reply, body: Buffer.from(JSON.stringify(full)) };
      const operation = given.operation ?? {};
      const read =
        exchange === 'poll'
          ? openai.readPoll(asItIs, operation, openai.poll(operation))
          : openai.readSubmit(asItIs, { attemptId: 'a', model: 'self-hosted', mode: 'text' });
      expect(read).toMatchObject(means as object);
    },
  );

  const failures = replies.filter(({ file }) => file.startsWith('poll-vllm-failed'));
  test('of vllm about a failed job has the status of its error', () => {
    expect(failures.length).toBeGreaterThan(1);
    const answers = askServers<'failed'>(
      failures.map(({ reply: { body } }) => {
        const error = body['error'] as { code: number; message: string }; // as was judged above
        return ['failed', { server: 'vllm', body, ...error }];
      }),
    );
    expect(answers.map(({ status, body }) => [status, body['error']])).toEqual(
      failures.map(({ reply }) => [reply.status, reply.body['error']]),
    );
  });

  test.each<[string, ServerName, string]>([
    ['error-400-vllm-model.json', 'vllm', 'Model mismatch: request specifies'],
    ['cancel-running-409.json', 'vllm', 'Cancellation in progress. Please try again later.'],
    ['poll-gone-vllm.json', 'vllm', 'Video not found'],
    ['poll-gone-sglang.json', 'sglang', 'Video not found'],
  ])('of %s has the words of %s', (name, server, text) => {
    const { reply } = ALL.find((one) => one.name === name)?.wire ?? {};
    expect(JSON.stringify(reply?.body)).toContain(text);
    expect(askServers<'says'>([['says', { server, text }]])).toEqual([true]);
  });
});

describe('the simulated servers', () => {
  /** Lets a job pass its states, and collects everything that is shown of it. */
  function shownBy(server: ServerName, fault: string): Record<string, unknown>[] {
    const key = `simulated-${server}`;
    const upstream = createSimulatedProvider(openai, {
      ...simulation,
      credentials: { apiKey: key },
    });
    const send = (call: Call) => JSON.parse(String(upstream.send(call).body)) as Json;
    const prompt = `a cat [[sim polls=2${fault}]]`;
    const text = SUBMITS.find(({ name }) => name === 'submit-self-hosted-wire.json');
    const submission = submissionOf(text?.wire.given.submission);
    const applied = { ...submission.applied, prompt };
    const created = send(openai.submit({ ...submission, applied }));
    const operation = { id: created['id'] };
    const looks = [1, 2].map(() => send(openai.poll(operation)));
    const cancel = openai.cancel?.(operation);
    return [created, ...looks, ...(cancel ? [send(cancel)] : [])];
  }
  test.each(
    SERVERS.flatMap(([server]) =>
      ['', ' fault=fail', ' fault=policy'].map((fault) => [server, fault] as const),
    ),
  )('%s shows a job as the real one would:%s', (server, fault) => {
    const shown = shownBy(server, fault);
    expect(new Set(shown.map(({ status }) => status)).size).toBeGreaterThan(1);
    const asked = shown.map((body) => {
      const kind = body['object'] === 'video.deleted' ? { kind: 'deleted' as const } : {};
      return ['reply', { server, body, ...kind }] as ['reply', { server: ServerName; body: Json }];
    });
    expect(askServers<'reply'>(asked).map(({ wrong }) => wrong)).toEqual(shown.map(() => []));
  });
});
