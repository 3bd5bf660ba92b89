import { costOf } from '../../src/core/catalog/price-of';
import { pricedVideo } from '../../src/core/money/priced-video';
import { applyLeniently } from '../../src/core/request/leniency';
import type { Input, VideoRequest } from '../../src/core/request/request';
import { ark } from '../../src/providers/ark';
import { readNative } from '../../src/providers/ark/native-read';
import { ark as simulation } from '../../simulators/ark';
import { createSimulatedProvider } from '../support/simulated-provider';

/** A body that its caller wrote for Ark is held for at least what Ark counts for it. */

const M10 = 'seedance-1-0-pro-250528';
const M15 = 'seedance-1-5-pro-251215';
const M20 = 'dreamina-seedance-2-0-260128';
const M25 = 'dreamina-seedance-2-5-260628';

const text = { type: 'text', text: 'a cat' };
const said = (words: string): object[] => [{ type: 'text', text: words }];
const url = 'https://a.example/x';
const frame = { type: 'image_url', image_url: { url }, role: 'first_frame' };
const last = { ...frame, role: 'last_frame' };
const videos = (count: number): object[] =>
  Array.from({ length: count }, () => ({
    type: 'video_url',
    video_url: { url },
    role: 'reference_video',
  }));

const FRAMES = Array.from({ length: 66 }, (_, index) => 29 + 4 * index);

const BODIES: readonly Record<string, unknown>[] = [
  ...[M10, M15, M20, M25].map((model) => ({ model })),
  ...[M10, M15, M20, M25].map((model) => ({ model, content: [text, frame] })),
  { model: M10, content: [frame, last], resolution: '480p', service_tier: 'flex' },
  ...FRAMES.map((frames) => ({ model: M10, frames, resolution: '480p' })),
  ...FRAMES.map((frames) => ({ model: M10, content: said(`a cat --frames ${String(frames)}`) })),
  { model: M10, frames: 289, duration: 2 },
  { model: M10, content: said('a cat --rs 480p --rt 21:9 --dur 12') },
  { model: M10, content: said('a cat --rs 480p'), resolution: '1080p' },
  { model: M15, draft: true },
  { model: M15, draft: true, generate_audio: false },
  { model: M15, duration: -1, generate_audio: null },
  { model: M20, duration: 15, resolution: '4k', ratio: '1:1' },
  ...[1, 2, 3].map((count) => ({ model: M20, content: [text, ...videos(count)], duration: 15 })),
  ...[1, 6, 10].map((count) => ({ model: M25, content: [text, ...videos(count)], duration: 30 })),
  {
    model: M25,
    content: [text, ...videos(1)],
    omni_reference_task_type: 'edit',
    ratio: 'adaptive',
    duration: -1,
  },
];

const tokensHeld = (model: string, request: VideoRequest): number => {
  const capabilities = ark.models[model];
  if (!capabilities) throw new Error(`no model ${model}`);
  const video = pricedVideo(applyLeniently(request, capabilities), capabilities);
  return costOf({ provider: ark, model, channel: {} }, video, { pointsPer: {} })?.used.tokens ?? -1;
};

test.each(BODIES.map((body) => ({ content: [text], ...body })))('%j', (body) => {
  const { model } = body as unknown as { model: string };
  const bytes = Buffer.from(JSON.stringify(body));
  const { request } = readNative(bytes);
  const inputs = request.inputs.map(({ role }): Input => ({ role, media: { url } }));
  const held = tokensHeld(model, { ...request, model, inputs } as VideoRequest);

  const upstream = createSimulatedProvider(ark, simulation);
  const path = '/contents/generations/tasks';
  const headers = { 'content-type': 'application/json' };
  const call = { method: 'POST' as const, target: { path }, headers, body: bytes.toString() };
  const sent = { attemptId: 'a', model, mode: 'text' as const };
  const reading = ark.readSubmit(upstream.send(call), sent);
  if (reading.state !== 'accepted') throw new Error(JSON.stringify(reading));
  upstream.advance(60_000);
  const asked = ark.poll(reading.operation);
  const look = ark.readPoll(upstream.send(asked), reading.operation, asked);
  const verdict = look.kind === 'verdict' ? look.verdict : undefined;
  const counted = verdict?.state === 'succeeded' ? verdict.usage.tokens : undefined;
  expect(counted).toBeGreaterThan(0);
  expect(held).toBeGreaterThanOrEqual(counted ?? Infinity);
});
