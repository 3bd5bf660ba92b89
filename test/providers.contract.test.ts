import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { applyCapabilities, lengthsIn, lengthsOf } from '../src/core/request/apply-capabilities';
import type { Capabilities, Idempotency, ModeCapabilities } from '../src/core/request/capabilities';
import { FAILURES, GatewayError, type FailureCode } from '../src/core/errors';
import { given } from '../src/core/json/fields';
import type { Call, Reply } from '../src/core/provider/exchange';
import type { Operation } from '../src/core/job/outcome';
import type {
  PollReading,
  Provider,
  SignedCallback,
  SubmitFacts,
  Submission,
} from '../src/core/provider/provider';
import { MODES, type Input, type Mode, type VideoRequest } from '../src/core/request/request';
import { providers } from '../src/providers';
import { simulations } from '../simulators';
import type { LimitName } from '../simulators/contract';
import { bodyOf, fieldsOf } from './support/call-body';
import { INPUT_FILES, inputFor } from './support/input-files';
import { submissionOf as shownSubmission } from './support/shown-submission';
import { createSimulatedProvider, type SimulatedProvider } from './support/simulated-provider';

/**
 * The contract every provider keeps, told by its own wire files: what we send for a given value, and what a given
 * reply means. The same calls then go to the provider's simulator, so that adapter and simulator speak one wire.
 */

const sentSchema = z.strictObject({
  attemptId: z.string(),
  model: z.string(),
  calledModel: z.string().optional(),
  mode: z.enum(MODES),
});

const wireSchema = z.strictObject({
  name: z.string(),
  source: z.string(),
  uncertain: z.string().optional(),
  exchange: z.enum(['submit', 'poll', 'follow', 'many', 'cancel', 'find', 'callback', 'trial']),
  given: z.strictObject({
    submission: z.record(z.string(), z.unknown()).optional(),
    operation: z.record(z.string(), z.unknown()).optional(),
    /** The jobs of a call that looks at many. */
    operations: z.array(z.record(z.string(), z.unknown())).optional(),
    /** What the submit behind a lookup or a callback said. */
    sent: sentSchema.optional(),
  }),
  call: z
    .strictObject({
      method: z.string(),
      path: z.string(),
      headers: z.record(z.string(), z.string()),
      body: z.unknown().optional(),
      /** The parts of a form, in their order. */
      parts: z.array(z.unknown()).optional(),
    })
    .optional(),
  reply: z.strictObject({
    status: z.int(),
    headers: z.record(z.string(), z.string()),
    body: z.unknown().optional(),
    text: z.string().optional(),
  }),
  means: z.unknown(),
  /** The simulator gives the same meaning to the same call. */
  simulated: z.literal(true).optional(),
});
type Wire = z.infer<typeof wireSchema>;

/** What a caller's own body in the provider's wire is taken to mean; nothing is sent for it. */
const readSchema = z.strictObject({
  name: z.string(),
  source: z.string(),
  uncertain: z.string().optional(),
  exchange: z.literal('read'),
  given: z.strictObject({ text: z.string() }),
  means: z.union([
    z.strictObject({ refused: z.strictObject({ param: z.string(), message: z.string() }) }),
    z.strictObject({
      request: z.unknown(),
      callbackUrl: z.unknown().optional(),
      references: z.unknown(),
    }),
  ]),
});
type ReadCase = z.infer<typeof readSchema>;

/** What stands between us and a provider says such things. */
const FOREIGN = [
  '{"message":"no Route matched with those values"}',
  '{"error":"Not Found","status":404,"path":"/x"}',
  '{"code":404,"message":"no such route"}',
  '{"error":{"message":"Not Found","type":"invalid_request_error","param":null,"code":"404"}}',
  '{"error":{"message":"Invalid URL","type":"invalid_request_error","code":null}}',
  '{"error":{"code":"not_found","message":"unknown route"}}',
  '{"error_msg":"404 Route Not Found"}',
  '{"detail":"Not Found"}',
  '<html><body>404 Not Found</body></html>',
  '{}',
  '[]',
  'null',
  '"gone"',
  '1',
  '',
  '{"id":',
];

/** The body with each of its values replaced by one of another kind, or left out. */
function mutants(body: unknown): string[] {
  const strange = [
    null,
    0,
    -1,
    1e308,
    '',
    '\u0000',
    '\ud800',
    [],
    {},
    [[]],
    true,
    'x'.repeat(5_000),
  ];
  const paths: string[][] = [];
  const walk = (value: unknown, path: string[]): void => {
    if (path.length > 0) paths.push(path);
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) walk(inner, [...path, key]);
  };
  walk(body, []);
  const changed = (path: string[], value: unknown): string => {
    const copy = structuredClone(body) as Record<string, unknown>;
    const last = path.at(-1) ?? '';
    const holder = path.slice(0, -1).reduce((at, key) => at[key] as Record<string, unknown>, copy);
    if (value === undefined) Reflect.deleteProperty(holder, last);
    else holder[last] = value;
    return JSON.stringify(copy);
  };
  return paths.flatMap((path) => [...strange, undefined].map((value) => changed(path, value)));
}

/** Fails with a sentence that names what is left. */
function demand(left: readonly string[], sentence: (names: string) => string): void {
  if (left.length > 0) throw new Error(sentence(left.map((name) => `"${name}"`).join(', ')));
}

const DEMANDED = ['submit', 'poll-running', 'poll-succeeded', 'poll-failed', 'error-429'];

const FAILED = ['failed', 'provider_error'] as const;

function filesOf(provider: string): [name: string, file: unknown][] {
  const folder = join(__dirname, '..', 'src', 'providers', provider, 'wire');
  return readdirSync(folder).map((file) => [
    file.replace(/\.json$/, ''),
    JSON.parse(readFileSync(join(folder, file), 'utf8')) as unknown,
  ]);
}

const isRead = (name: string): boolean => name.startsWith('read-');

function wireOf(provider: string): Record<string, Wire> {
  const files = filesOf(provider).filter(([name]) => !isRead(name));
  return Object.fromEntries(files.map(([name, file]) => [name, wireSchema.parse(file)]));
}

function readsOf(provider: string): [name: string, file: ReadCase][] {
  const files = filesOf(provider).filter(([name]) => isRead(name));
  return files.map(([name, file]) => [name, readSchema.parse(file)]);
}

function readingOf(provider: Provider, text: string): unknown {
  try {
    return provider.native?.read(Buffer.from(text));
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { refused: { param: error.param, message: error.message } };
  }
}

const submissionOf = (wire: Wire): Submission => shownSubmission(wire.given.submission);

function sentOf(wire: Wire): SubmitFacts {
  if (wire.exchange !== 'submit') {
    const { calledModel, ...sent } = sentSchema.parse(wire.given.sent);
    return { ...sent, ...given({ calledModel }) };
  }
  const { attemptId, model, calledModel, applied, options } = submissionOf(wire);
  return { attemptId, model, ...given({ calledModel }), mode: applied.mode, ...given({ options }) };
}

function callOf(provider: Provider, wire: Wire): Call | undefined {
  const operation: Operation = wire.given.operation ?? {};
  switch (wire.exchange) {
    case 'submit':
      return provider.submit(submissionOf(wire));
    case 'poll':
      return provider.poll(operation);
    case 'follow':
      return followOf(wire);
    case 'many':
      return provider.many?.poll(wire.given.operations ?? []);
    case 'cancel':
      return provider.cancel?.(operation);
    case 'find':
      return provider.find?.(sentOf(wire));
    case 'trial':
      return provider.trial?.call();
    case 'callback':
      return undefined;
  }
}

/** The further call of a look, to which a `follow` file has the reply; a `poll` file has the reading that asks for it. */
function followOf({ call }: Wire): Call {
  if (call?.method !== 'GET') throw new Error('a follow file has a `call`, with GET');
  const { method, path, headers } = call;
  return { method, target: { path }, headers };
}

/** The call that the reply of a file about a look answers. */
const askedOf = (provider: Provider, wire: Wire): Call =>
  wire.exchange === 'follow' ? followOf(wire) : provider.poll(wire.given.operation ?? {});

function replyOf(wire: Wire): Reply {
  const { status, headers, body, text } = wire.reply;
  return { status, headers, body: Buffer.from(text ?? JSON.stringify(body)) };
}

function meaningOf(provider: Provider, wire: Wire): unknown {
  const reply = replyOf(wire);
  switch (wire.exchange) {
    case 'submit':
      return provider.readSubmit(reply, sentOf(wire));
    case 'poll':
    case 'follow':
      return readable(
        provider.readPoll(reply, wire.given.operation ?? {}, askedOf(provider, wire)),
      );
    case 'many':
      return manyMeaningOf(provider, reply, wire.given.operations ?? []);
    case 'cancel':
      return null; // A cancel's reply is never believed.
    case 'find':
      return provider.readFind?.(reply, sentOf(wire));
    case 'trial':
      return provider.trial?.read(reply);
    case 'callback':
      return provider.readCallback?.(reply.body, sentOf(wire)) ?? null;
  }
}

/** A reading as a wire file can say it: the bytes of a file that stood in the reply are base64 there. */
function readable(reading: PollReading): unknown {
  if (reading.kind !== 'verdict' || !reading.files) return reading;
  const files = reading.files.map(({ kind, bytes }) => ({
    kind,
    base64: Buffer.from(bytes).toString('base64'),
  }));
  return { ...reading, files };
}

/** What each job learns, null for one of which the reply says nothing; null for a reply that is no answer to the call. */
function manyMeaningOf(provider: Provider, reply: Reply, operations: Operation[]): unknown {
  const replies = provider.many?.split(reply, operations);
  if (!replies) return null;
  return operations.map((operation, index) => {
    const alone = replies[index];
    return alone ? provider.readPoll(alone, operation, provider.poll(operation)) : null;
  });
}

/** A call in the form of a wire file. */
function shown(call: Call | undefined): Wire['call'] {
  if (!call) return undefined;
  if (!('path' in call.target)) throw new Error('a first call goes to a path of the channel');
  return {
    method: call.method,
    path: call.target.path,
    headers: call.headers,
    ...bodyOf(call),
  };
}

/** Wire files leave the public text of a failure out; it stands in the table. */
function withPublicText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withPublicText);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key !== 'failure') return [key, withPublicText(inner)];
      const { code } = z.object({ code: z.string() }).parse(inner);
      // An unknown code fails right here.
      return [key, { ...inner, message: FAILURES[code as FailureCode].text }];
    }),
  );
}

/** Every mode with every resolution, ratio and length at its limits, and every flag the model has. */
function everyRequest(model: Capabilities): VideoRequest[] {
  const modes = Object.entries(model.modes) as [Mode, ModeCapabilities][];
  const entries = modes.flatMap(([mode, limits]): [Mode, ModeCapabilities][] =>
    limits.besideVideo
      ? [
          [mode, { ...limits, videos: 0 }],
          [mode, { ...limits, ...limits.besideVideo }],
        ]
      : [[mode, limits]],
  );
  return entries.flatMap(([mode, limits]) =>
    (limits.resolutions ?? model.resolutions).flatMap((resolution) =>
      (limits.aspectRatios ?? model.aspectRatios).flatMap((aspectRatio) =>
        endsOf(lengthsIn(model, limits, resolution)).map((seconds) => ({
          model: 'any',
          // Running from the first look on, so that no queue fills up.
          prompt: '[[sim polls=1]]'.padEnd(limits.promptLengthMax ?? model.promptLengthMax, ' x'),
          inputs: inputsOf(mode, limits, model),
          resolution,
          aspectRatio,
          seconds,
          ...((limits.audio ?? model.audio) &&
          (model.audioResolutions ?? model.resolutions).includes(resolution)
            ? { generateAudio: true }
            : {}),
          ...(model.seed ? { seed: model.seed.max } : {}),
          ...(model.watermark ? { watermark: true } : {}),
          ...(model.cameraFixed && mode !== 'reference' ? { cameraFixed: true } : {}),
          ...(model.lastFrame ? { returnLastFrame: true } : {}),
          ...(model.serviceTiers.length > 0
            ? { serviceTier: model.serviceTiers.at(-1) ?? '' }
            : {}),
          ...(model.expiresAfterSeconds
            ? { expiresAfterSeconds: model.expiresAfterSeconds.max }
            : {}),
          ...(model.safetyIdentifierLengthMax > 0
            ? { safetyIdentifier: 'x'.repeat(model.safetyIdentifierLengthMax) }
            : {}),
          ...(model.negativePrompt
            ? { negativePrompt: 'x'.repeat(model.negativePromptLengthMax ?? 1) }
            : {}),
          passthrough: {},
        })),
      ),
    ),
  );
}

/** The shortest, the longest and the automatic one. */
function endsOf(lengths: Capabilities['seconds']): number[] {
  const all = lengthsOf(lengths);
  return [Math.min(...all), Math.max(...all), ...(lengths.auto ? [-1] : [])];
}

function inputsOf(mode: Mode, limits: ModeCapabilities, model: Capabilities): Input[] {
  const input = (role: Input['role'], file: string): Input =>
    inputFor(role, model, `https://media.example/${file}`);
  switch (mode) {
    case 'text':
      return [];
    case 'first_frame':
      return [input('first_frame', 'a.png')];
    case 'first_last_frame':
      return [input('first_frame', 'a.png'), input('last_frame', 'b.png')];
    case 'reference':
      return [
        ...Array.from({ length: limits.images }, () => input('reference_image', 'a.png')),
        ...Array.from({ length: limits.videos }, () => input('reference_video', 'a.mp4')),
        ...Array.from({ length: limits.audios }, () => input('reference_audio', 'a.mp3')),
      ];
  }
}

test('every provider has a simulator, and every simulator a provider', () => {
  expect(Object.keys(simulations).sort()).toEqual(Object.keys(providers).sort());
});

describe.each(Object.entries(providers))('provider %s', (name, provider) => {
  const simulation = simulations[name];
  if (!simulation) throw new Error(`simulators/index.ts has no line for ${name}`);

  const options = given({ options: simulation.options?.('http://simulator') });

  const wires = wireOf(name);
  const all = Object.entries(wires);
  // A provider with more wires than one shows the first submit of each.
  const starts = all.filter(([file]) => /^submit(-.*-wire)?$/.test(file));

  test('goes by the name it is registered under', () => {
    expect(provider.name).toBe(name);
  });

  test.each(DEMANDED)('shows its wire: %s.json', (demanded) => {
    expect(Object.keys(wires)).toContain(demanded);
  });

  test.each(all)('%s: sends exactly this call', (_, wire) => {
    expect(shown(callOf(provider, wire))).toEqual(wire.call);
  });

  test.each(all)('%s: reads the reply as exactly this', (_, wire) => {
    expect(meaningOf(provider, wire)).toEqual(withPublicText(wire.means));
  });

  const submits = all.filter(([, wire]) => wire.exchange === 'submit');
  // A caller's own bytes have no vendor keys beside them.
  const built = submits.filter(([, wire]) => !submissionOf(wire).native);
  test.each(built)('%s: no vendor key says anything else than was priced', (_, wire) => {
    const submission = submissionOf(wire);
    const forge = (passthrough: Record<string, unknown>): Call =>
      provider.submit({ ...submission, applied: { ...submission.applied, passthrough } });
    const plain = forge({});
    const { owned: listed, at } = provider.models[submission.model]?.vendorKeys ?? {};
    const own = fieldsOf(plain, at);
    const owned = listed ?? own;
    demand(
      own.filter((key) => !owned.includes(key)),
      (keys) => `the body has ${keys}, which models.ts does not list in vendorKeys.owned`,
    );
    expect(forge(Object.fromEntries(owned.map((key) => [key, 'forged'])))).toEqual(plain);
  });

  test.each(Object.entries(provider.models))('%s: an owned vendor key is a 400', (model, table) => {
    const [request] = everyRequest(table);
    const owned = table.vendorKeys?.owned ?? [];
    expect(owned.length).toBeGreaterThan(0);
    for (const key of owned) {
      const forged = { ...request, model, passthrough: { [key]: 'forged' } } as VideoRequest;
      expect(() => applyCapabilities(forged, table, { passthrough: 'metadata' })).toThrow(
        `metadata.${key}: is written by the gateway`,
      );
    }
  });

  /** One operation of each wire that shows a running job. */
  const operations = all.flatMap(([file, { given }]) =>
    /^poll-(.*-)?running$/.test(file) && given.operation ? [given.operation] : [],
  );
  /** The calls of looks, with the operations that they are about. */
  const looks = [
    ...operations.map((operation) => ({ operation, asked: provider.poll(operation) })),
    ...all.flatMap(([, wire]) =>
      wire.exchange === 'follow'
        ? [{ operation: wire.given.operation ?? {}, asked: followOf(wire) }]
        : [],
    ),
  ];
  const replied = (status: number, body: string): Reply => ({
    status,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(body),
  });
  test.each(FOREIGN)('nothing but its own error shape says anything of a job: %s', (body) => {
    for (const status of [200, 400, 401, 403, 404, 410, 429, 500, 502]) {
      for (const { operation, asked } of looks) {
        const reading = provider.readPoll(replied(status, body), operation, asked);
        expect([status, reading]).toMatchObject([status, { kind: 'transient' }]);
      }
    }
  });

  test('a byte order mark before a reply changes nothing of what it says', () => {
    for (const [, wire] of all.filter(([, { exchange }]) =>
      ['poll', 'follow'].includes(exchange),
    )) {
      const { status, headers, body } = replyOf(wire);
      const marked = { status, headers, body: Buffer.concat([Buffer.from('\ufeff'), body]) };
      const known = wire.given.operation ?? {};
      expect(readable(provider.readPoll(marked, known, askedOf(provider, wire)))).toEqual(
        meaningOf(provider, wire),
      );
    }
  });

  test('no reply, however odd, is more than its reading', () => {
    const facts = starts.map(([, wire]) => sentOf(wire));
    const listed = operations.filter((operation) => provider.many?.shows?.(operation) ?? true);
    const bodies = new Set([...FOREIGN, ...all.flatMap(([, wire]) => mutants(wire.reply.body))]);
    for (const body of bodies) {
      for (const status of [200, 404, 500]) {
        const reply = replied(status, body);
        for (const { operation, asked } of looks) {
          mustSay(provider.readPoll(reply, operation, asked).kind, reply);
        }
        for (const operation of listed) {
          const cut = provider.many?.split(reply, [operation, operation]) ?? [];
          for (const alone of cut) {
            if (alone) provider.readPoll(alone, operation, provider.poll(operation));
          }
        }
        for (const sent of facts) readAll(reply, sent);
      }
    }
  });

  /** Fails where a reading says nothing. There are millions of readings, and jest's `expect` takes longer than they do. */
  const mustSay = (said: unknown, { status, body }: Reply): void => {
    if (said === undefined) throw new Error(`${status} ${body.toString()} has no reading`);
  };

  /** Reads a reply in every way but a look's. */
  const readAll = (reply: Reply, sent: SubmitFacts): void => {
    const submitted = provider.readSubmit(reply, sent);
    mustSay(submitted.state, reply);
    // What was accepted can be asked for.
    if (submitted.state === 'accepted') provider.poll(submitted.operation);
    if (provider.readFind) mustSay(provider.readFind(reply, sent), reply);
    const named = provider.readCallback?.(reply.body, sent);
    if (named) provider.poll(named.operation);
  };

  test('a success without a link to a video is no verdict', () => {
    const files = all.filter(([file]) => /^poll-(.*-)?succeeded-without-link$/.test(file));
    expect(files.length).toBeGreaterThan(0);
    for (const [, wire] of files) {
      expect(meaningOf(provider, wire)).toMatchObject({ kind: 'empty' });
    }
  });

  const reads = readsOf(name);
  test(`${provider.native ? 'shows' : 'has no need to show'} how it reads a body of its own`, () => {
    expect(reads.length > 0).toBe(provider.native !== undefined);
    for (const [file, { given, means }] of reads) {
      expect([file, readingOf(provider, given.text)]).toEqual([file, means]);
    }
  });

  test.each([...all, ...reads])('%s: says where it comes from', (_, wire) => {
    expect(wire.source).toMatch(
      /^(recorded on \d{4}-\d\d-\d\d|from the provider's documentation, https:\/\/|seen by [^,]+, https:\/\/|our own rule: |not the provider: )/,
    );
  });

  test('keeps its secret out of every call until it is signed', () => {
    const secrets = Object.values(simulation.credentials);
    const calls = all.flatMap(([, wire]) => callOf(provider, wire) ?? []);
    expect(calls.length).toBeGreaterThan(0);
    for (const call of calls) {
      for (const secret of secrets) expect(JSON.stringify(call)).not.toContain(secret);
      const signed = provider.authorize(call, simulation.credentials, 0);
      expect(signed).not.toEqual(call);
      expect({ ...signed, headers: {} }).toEqual({ ...call, headers: {} });
    }
  });

  test('has a simulated channel whose credentials pass its own schema', () => {
    expect(provider.credentials.safeParse(simulation.credentials).success).toBe(true);
  });

  describe('and its simulator', () => {
    let upstream: SimulatedProvider;
    beforeEach(() => {
      upstream = createSimulatedProvider(provider, simulation);
    });

    const accepted = all.filter(
      ([, { exchange, means }]) =>
        exchange === 'submit' &&
        z.object({ state: z.literal('accepted') }).safeParse(means).success,
    );
    test.each(accepted)('accept a submit alike: %s', (_, wire) => {
      const reply = upstream.send(provider.submit(submissionOf(wire)));
      expect(provider.readSubmit(reply, sentOf(wire))).toEqual({
        state: 'accepted',
        operation: expect.anything() as unknown,
      });
      expect(upstream.jobs()).toBe(1);
    });

    test.each(Object.keys(provider.models))('take all that the table says of %s', (model) => {
      const capabilities = provider.models[model];
      if (!capabilities) throw new Error('a model has capabilities');
      const requests = everyRequest(capabilities);
      expect(requests.length).toBeGreaterThan(0);
      for (const [index, request] of requests.entries()) {
        const applied = applyCapabilities(request, capabilities);
        const sent = { attemptId: `attempt-${index}`, model, mode: applied.mode, ...options };
        const call = provider.submit({ ...sent, applied, blobs: INPUT_FILES });
        const reading = provider.readSubmit(upstream.send(call), sent);
        expect({ request, reading }).toMatchObject({ reading: { state: 'accepted' } });
        // The one look that ends it, so that no limit of jobs at once is reached.
        if (reading.state === 'accepted') upstream.send(provider.poll(reading.operation));
      }
    });

    const simulated = all.filter(([, wire]) => wire.simulated);
    test.each(simulated)('refuse alike: %s', (_, wire) => {
      const call = callOf(provider, wire);
      if (!call) throw new Error('a simulated file has a call');
      const reading = provider.readSubmit(upstream.send(call), sentOf(wire));
      const meant = z
        .object({ state: z.string(), scope: z.string(), failure: z.object({ code: z.string() }) })
        .parse(wire.means);
      expect(reading).toMatchObject(meant);
      expect(upstream.jobs()).toBe(0);
    });
  });

  describe.each(starts)('and its simulator, after %s', (file, first) => {
    let upstream: SimulatedProvider;
    beforeEach(() => {
      upstream = createSimulatedProvider(provider, simulation);
    });

    /** Submits the wire file's request with this token in its prompt, as the attempt that it names or as another one. */
    const submit = (token = '', attemptId = sentOf(first).attemptId): Operation => {
      const submission = { ...submissionOf(first), attemptId };
      const applied = { ...submission.applied, prompt: `a cat ${token}` };
      const call = provider.submit({ ...submission, applied, callbackUrl: 'http://127.0.0.1:9/' });
      const reading = provider.readSubmit(upstream.send(call), { ...sentOf(first), attemptId });
      if (reading.state !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(reading)}`);
      return reading.operation;
    };
    const look = (operation: Operation): unknown => upstream.look(operation);
    const capabilitiesOfFirst = (): Capabilities | undefined =>
      provider.models[sentOf(first).model];
    let looksRead = 0;
    const readLook = (reply: Reply): unknown => {
      const operation = submit('', `attempt-${String((looksRead += 1))}`);
      return provider.readPoll(reply, operation, provider.poll(operation));
    };
    const verdict = (state: string, more: object = {}): unknown =>
      expect.objectContaining({
        kind: 'verdict',
        verdict: expect.objectContaining({ state, ...more }) as unknown,
      });

    test('walk a job from queued over running to a video', () => {
      const operation = submit('[[sim seconds=10]]');
      const phase = simulation.lacks?.includes('queued') ? 'running' : 'queued';
      expect(look(operation)).toEqual(verdict('running', { phase }));
      upstream.advance(5_000);
      expect(look(operation)).toEqual(verdict('running', { phase: 'running' }));
      upstream.advance(5_000);
      expect(kindsOf(look(operation))).toContain('video');
    });

    /** What a success brings: links, and files that stand in its reply. */
    const kindsOf = (seen: unknown): string[] => {
      const shape = z.object({
        verdict: z.object({
          state: z.literal('succeeded'),
          outputs: z.array(z.object({ kind: z.string() })),
        }),
        files: z.array(z.object({ kind: z.string() })).default([]),
      });
      const { verdict: ended, files } = shape.parse(seen);
      return [...ended.outputs, ...files].map(({ kind }) => kind);
    };

    const manyFiles = all.filter(([, { exchange }]) => exchange === 'many');
    test(`${provider.many ? 'look' : 'do not look'} at many jobs with one call`, () => {
      expect(manyFiles.length > 0).toBe(provider.many !== undefined);
      if (!provider.many) return;
      if (provider.many.shows?.(submit('', 'another')) === false) return;
      const operations = Array.from({ length: provider.many.max }, (_, index) =>
        submit(
          index === 0 ? '[[sim seconds=1 fault=fail]]' : '[[sim seconds=1 queued=0]]',
          `attempt-${String(index)}`,
        ),
      );
      upstream.advance(10_000);
      const replies = provider.many.split(
        upstream.send(provider.many.poll(operations)),
        operations,
      );
      const seen = operations.map((operation, index) => {
        const reply = replies?.[index];
        return reply && provider.readPoll(reply, operation, provider.poll(operation));
      });
      expect(seen[0]).toEqual(verdict('failed'));
      expect(seen).toEqual(operations.map(look));
      const refused = upstream.sendUnsigned(provider.many.poll(operations));
      expect(provider.many.split(refused, operations)).toBeUndefined();
      upstream.forgetAll();
      const none = provider.many.split(upstream.send(provider.many.poll(operations)), operations);
      expect(none).toEqual(operations.map(() => undefined));
    });

    test('report running until the asked-for look, whatever the clock says', () => {
      const operation = submit('[[sim polls=3]]');
      upstream.advance(1_000_000);
      expect(look(operation)).toEqual(verdict('running'));
      expect(look(operation)).toEqual(verdict('running'));
      expect(look(operation)).toEqual(verdict('succeeded'));
    });

    /** A wire that has no word for an expired job calls it failed. */
    const own = file.replace(/^submit-?/, '').replace(/wire$/, '');
    const looks = wires[`poll-${own}running`] ? own : '';
    const expired = wires[`poll-${looks}expired`] ? (['expired', undefined] as const) : FAILED;
    test.each([
      ['fail', ...FAILED],
      ['policy', 'failed', 'content_rejected'],
      ['expired', ...expired],
      ['stuck', 'running', undefined],
    ])('agree on fault=%s', (fault, state, code) => {
      const operation = submit(`[[sim seconds=1 fault=${fault}]]`);
      upstream.advance(86_000_000);
      const failure = code && { failure: expect.objectContaining({ code }) as unknown };
      expect(look(operation)).toEqual(verdict(state, failure ? { ...failure } : {}));
    });

    test('refuse a caller without credentials, which is for another channel to serve', () => {
      const reply = upstream.sendUnsigned(provider.submit(submissionOf(first)));
      expect(provider.readSubmit(reply, sentOf(first))).toMatchObject({
        state: 'refused',
        scope: 'channel',
      });
      expect(upstream.jobs()).toBe(0);
    });

    test('call an unknown job gone and an unsigned look denied', () => {
      const operation = submit();
      upstream.forgetAll();
      expect(look(operation)).toMatchObject({
        kind: 'gone',
        failure: { code: 'provider_lost', provider: { status: expect.any(Number) as unknown } },
      });
      const asked = provider.poll(operation);
      const reply = upstream.sendUnsigned(asked);
      expect(provider.readPoll(reply, operation, asked)).toMatchObject({ kind: 'denied' });
    });

    test('call overload a retry and an inner error unknown', () => {
      const read = (status: 429 | 500) =>
        provider.readSubmit(upstream.overload(status), sentOf(first));
      expect(read(429)).toMatchObject({ scope: 'retry' });
      expect(read(500)).toMatchObject({ state: 'unknown' });
      expect(readLook(upstream.overload(429))).toMatchObject({
        kind: 'transient',
      });
      expect(readLook(upstream.overload(500))).toMatchObject({ kind: 'transient' });
    });

    test('call a full account a wait for a slot and too many requests a wait', () => {
      const read = (limit: LimitName) =>
        provider.readSubmit(upstream.overLimit(limit), sentOf(first));
      const busy = { state: 'refused', scope: 'retry', failure: { code: 'provider_busy' } };
      const slot = simulation.lacks?.includes('slots') ? {} : { until: 'slot' };
      expect(read('jobs')).toMatchObject({ ...busy, ...slot });
      expect(read('requests')).toMatchObject(busy);
      expect(read('requests')).not.toHaveProperty('until');
      expect(read('creates')).toMatchObject(busy);
      expect(read('creates')).not.toHaveProperty('until');
      expect(readLook(upstream.overLimit('requests'))).toMatchObject({
        kind: 'transient',
      });
    });

    const cancels = Object.values(provider.models).some((model) => model.cancel !== 'none');
    const isCanceled = provider.models[sentOf(first).model]?.cancel !== 'none';
    test(`${isCanceled ? 'cancel' : 'do not cancel'} a queued job`, () => {
      if ((provider.cancel !== undefined) !== cancels) {
        throw new Error(
          `${name} ${cancels ? 'lacks' : 'has'} \`cancel\`, and by models.ts ${cancels ? 'some model has' : 'every model says'} \`cancel: ${cancels ? "'queued' or 'running'" : "'none'"}\``,
        );
      }
      if (!provider.cancel || !isCanceled) return;
      const operation = submit('[[sim queued=100]]');
      upstream.send(provider.cancel(operation));
      expect(look(operation)).toEqual(verdict('canceled'));
    });

    const tells = (word: Idempotency): boolean =>
      Object.values(provider.models).some(({ idempotency }) => idempotency.includes(word));
    const finds = tells('lookup');
    const isFound = capabilitiesOfFirst()?.idempotency.includes('lookup') ?? false;
    test(`${isFound ? 'know' : 'do not know'} a job by our own id`, () => {
      if ((provider.find !== undefined) !== finds || (provider.readFind !== undefined) !== finds) {
        throw new Error(
          `\`find\` and \`readFind\` belong to models with 'lookup' in \`idempotency\`; ${name} has ` +
            (finds ? 'such models, and lacks one of the two' : 'none, and one of the two'),
        );
      }
      if (!provider.find || !provider.readFind || !isFound) return;
      const sent = sentOf(first);
      expect(provider.readFind(upstream.send(provider.find(sent)), sent)).toEqual({
        notFound: true,
      });
      const operation = submit();
      expect(provider.readFind(upstream.send(provider.find(sent)), sent)).toEqual({ operation });
      const reply = upstream.sendUnsigned(provider.find(sent));
      expect(provider.readFind(reply, sent)).toEqual({ retry: true });
    });

    if (provider.refusesRepeats?.(sentOf(first).model)) {
      test('make no second job of a second submit under our own id', () => {
        const operation = submit();
        const sent = sentOf(first);
        const call = provider.submit(submissionOf(first));
        const reading = provider.readSubmit(upstream.send(call), sent);
        // There is a job, so it is no refusal: the reply names it, or else the lookup does.
        expect(upstream.jobs()).toBe(1);
        expect([{ state: 'accepted', operation }, { state: 'unknown' }]).toContainEqual(
          reading.state === 'unknown' ? { state: reading.state } : reading,
        );
        const found = provider.find && upstream.send(provider.find(sent));
        expect(found && provider.readFind?.(found, sent)).toEqual({ operation });
      });
    }

    test('sends our own id where a job is told by it, and reads callbacks where their URL tells it', () => {
      const sentFor = (attemptId: string): string =>
        JSON.stringify(provider.submit({ ...submissionOf(first), attemptId }));
      const isSent =
        sentFor('0193f0aa-7b1c-7000-8000-00000000000a') !==
        sentFor('0193f0aa-7b1c-7000-8000-00000000000b');
      const isToldByIt = finds || tells('token');
      expect({ isToldByIt, isSent: isSent || !isToldByIt }).toEqual({ isToldByIt, isSent: true });
      const isRead = provider.readCallback !== undefined;
      expect({ isRead }).toEqual({ isRead: tells('callback-token') });
    });

    const trials = all.filter(([, { exchange }]) => exchange === 'trial');
    test(`${provider.trial ? 'take' : 'do not take'} a trial, which makes nothing`, () => {
      expect(trials.length > 0).toBe(provider.trial !== undefined);
      if (!provider.trial) return;
      const { call, read } = provider.trial;
      expect(call().method).toBe('GET');
      expect(read(upstream.send(call()))).toEqual({ means: 'well' });
      expect(read(upstream.sendUnsigned(call()))).toMatchObject({ means: 'denied' });
      expect(read(upstream.overload(429))).toMatchObject({ means: 'unclear' });
      expect(read(upstream.overload(500))).toMatchObject({ means: 'unclear' });
      expect(upstream.jobs()).toBe(0);
      for (const body of FOREIGN) {
        expect([body, read(replied(404, body)).means]).toEqual([body, 'astray']);
        expect([body, read(replied(200, body)).means]).toEqual([body, 'astray']);
        expect([body, read(replied(502, body)).means]).toEqual([body, 'unclear']);
      }
    });

    /** The keys that the simulation publishes, where its callbacks are signed with such. */
    const publishedKeys = (): Pick<SignedCallback, 'publicKeys'> => {
      if (!provider.callbackKeys) return {};
      const asked = provider.callbackKeys(simulation.options?.('http://simulator') ?? {});
      const { pathname: path } = new URL('url' in asked.target ? asked.target.url : '');
      const keySet = upstream.sendUnsigned({ ...asked, target: { path } });
      const keys = z.object({ keys: z.array(z.record(z.string(), z.unknown())) });
      return { publicKeys: keys.parse(JSON.parse(Buffer.from(keySet.body).toString())).keys };
    };

    test('name the job in a callback as the submit named it', () => {
      const operation = submit('[[sim seconds=1]]');
      // Some tell the end alone.
      upstream.advance(10_000);
      const message = upstream.callback();
      // A vendor may call back on one of its wires alone.
      const isCalled = capabilitiesOfFirst()?.idempotency.includes('callback-token') ?? false;
      expect(message !== undefined).toBe(isCalled);
      if (!message || !provider.readCallback) return;
      const { headers } = message;
      const body = Buffer.from(message.body);
      expect(provider.readCallback(body, sentOf(first))).toEqual({ operation });
      if (provider.verifyCallback) {
        const at = {
          headers,
          credentials: simulation.credentials,
          nowMs: upstream.now(),
          ...publishedKeys(),
        };
        expect(provider.verifyCallback({ ...at, body })).toBe(true);
        const forged = Buffer.from(`${message.body} `);
        expect(provider.verifyCallback({ ...at, body: forged })).toBe(false);
      }
    });
  });
});
