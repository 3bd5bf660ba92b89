import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { sampleFor } from '../src/commands/start/run';
import type { LocalGateway } from '../src/run/local';
import { bookkeeping } from './bookkeeping';
import { exchange, exchangeJson } from './http-client';
import { measureVideo } from './measure-video';
import { startReceiver } from './receiver';
import type { Receiver } from './receiver';
import type { DemoReport } from './report';
import type { Screen } from './screen';

/** The flags and the screen of a demo, as its one job needs them. */
export interface DemoJob {
  polls: number | undefined;
  provider: string | undefined;
  /** The fault is written as the simulator's directive, such as `fault=html`. */
  fault: string | undefined;
  data: string;
  screen: Screen;
}

/** Posts the job, waits for its end and its callback, and fetches its file. Throws when one of them does not come. */
export async function runJob(gateway: LocalGateway, demoJob: DemoJob): Promise<DemoReport> {
  const { screen } = demoJob;
  const receiver = await startReceiver(gateway.keys.callback_secret);
  try {
    const startedAt = Date.now();
    const created = await post(gateway, receiver, demoJob);
    screen.line(`posted   ${created.id} to ${gateway.api}/v1/videos`);
    const video = await untilEnd(gateway, created.id, screen, startedAt);
    const elapsedMs = Date.now() - startedAt;
    const received = await receiver.next(CALLBACK_TIMEOUT_MS);
    screen.line(
      `callback ${received.id} ${received.verified ? 'arrived, signature verified' : 'NOT VERIFIED'}`,
    );
    const file = video.status === 'completed' ? await download(gateway, video, demoJob) : null;
    return {
      job_id: video.id,
      state: video.status === 'completed' ? 'succeeded' : video.status,
      error_code: video.error?.code ?? null,
      elapsed_ms: elapsedMs,
      ...(await bookkeeping(gateway, video.id)),
      callback: { verified: received.verified, tries: received.tries, id: received.id },
      video: file,
      engine: { kind: gateway.engine.kind, version: gateway.engine.version },
      store: { kind: gateway.store.kind, version: gateway.store.version },
    };
  } finally {
    await receiver.close();
  }
}

const CALLBACK_TIMEOUT_MS = 60_000;

/** The part of the public answer that the demo reads. */
const videoSchema = z.object({
  id: z.string(),
  status: z.enum(['queued', 'in_progress', 'completed', 'failed']),
  progress: z.number(),
  video_url: z.string().nullish(),
  error: z.object({ code: z.string() }).nullish(),
});
type Video = z.infer<typeof videoSchema>;

async function post(gateway: LocalGateway, receiver: Receiver, job: DemoJob): Promise<Video> {
  const directives = [
    ...(job.polls === undefined ? [] : [`polls=${String(job.polls)}`]),
    ...(job.fault === undefined ? [] : [job.fault]),
  ].join(' ');
  const sample = sampleFor(gateway, job.provider);
  if (!sample) {
    const whose = job.provider === undefined ? '' : ` of provider "${job.provider}"`;
    throw new Error(`no model${whose} in the config makes a video from text alone`);
  }
  // The simulator counts submits by prompt, and remembers those of earlier demos on this folder.
  const prompt = `A ginger cat suns itself by a window, slow dolly-in, warm morning light, take ${randomUUID()}`;
  const answer = await exchangeJson({
    method: 'POST',
    url: `${gateway.api}/v1/videos`,
    headers: { authorization: `Bearer ${gateway.keys.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      ...sample,
      prompt: directives ? `${prompt} [[sim ${directives}]]` : prompt,
      callback_url: receiver.url,
    }),
  });
  return videoSchema.parse(answer);
}

const LOOK_EVERY_MS = 200;
const PATIENCE_MS = 300_000;

async function untilEnd(
  gateway: LocalGateway,
  id: string,
  screen: Screen,
  startedAt: number,
): Promise<Video> {
  for (;;) {
    const video = videoSchema.parse(
      await exchangeJson({
        method: 'GET',
        url: `${gateway.api}/v1/videos/${id}`,
        headers: { authorization: `Bearer ${gateway.keys.key}` },
      }),
    );
    const elapsedMs = Date.now() - startedAt;
    screen.progress(video.status, video.progress, elapsedMs);
    if (video.status === 'completed' || video.status === 'failed') return video;
    if (elapsedMs > PATIENCE_MS) throw new Error(`job ${id} did not end within 5 minutes`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

async function download(gateway: LocalGateway, video: Video, { data, screen }: DemoJob) {
  // The signed link needs no key: exactly what a caller's browser would open.
  const answer = await exchange({
    method: 'GET',
    url: video.video_url ?? `${gateway.api}/v1/videos/${video.id}/content`,
  });
  if (answer.status !== 200) {
    screen.line(
      `result   the gateway answered ${String(answer.status)}: ${answer.body.toString('utf8')}`,
    );
    return null;
  }
  const folder = join(data, 'demo');
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${video.id}.mp4`);
  await writeFile(path, answer.body);
  const { bytes, duration_s, width, height } = await measureVideo(path);
  return { path, bytes, duration_s, width, height };
}
