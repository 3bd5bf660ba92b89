import type { Call } from '../../src/core/provider/exchange';
import { openai as simulation } from '../../simulators/openai';
import { openai } from '../../src/providers/openai';
import { createSimulatedProvider } from '../support/simulated-provider';
import { submissionOf } from '../support/shown-submission';
import { ALL, REPLIES, SERVERS, SUBMITS, type Json } from '../support/video-server-wires';
import { askServers, type ServerName } from '../support/video-servers';

/**
 * What our wire files and our simulators let vLLM-Omni and SGLang answer, by their own source: it is such as their models
 * write, means the same in the full form that they are written in, and has the words that the source has.
 */

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
