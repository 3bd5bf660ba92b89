import type { DemoReport } from './demo-report';
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readSettings } from '../run/settings';
import { fileLog } from '../run/log';
import { runLocal } from '../run/local';
import type { LocalGateway } from '../run/local';
import { bookkeeping } from './bookkeeping';
import { directiveOf, ENDS, FAULT_CHOICES, impatient } from './fault-ends';
import type { FaultEnd } from './fault-ends';
import { UsageError, readFlags, wholeNumber } from './flags';
import { exchange, exchangeJson } from './http-client';
import { measureVideo } from './measure-video';
import { createScreen } from './screen';
import type { Screen } from './screen';
import { startReceiver } from './receiver';
import type { Receiver } from './receiver';
import { onShutdown } from './shutdown';
import { modelFor } from './start';

/**
 * One real job through everything: engine, database, simulated provider, gateway, signed callback, playable file.
 * On a terminal it stays up until Ctrl-C so that its links work; with `--json` or without a terminal it stops
 * everything and exits 0 only if the job ended as it should.
 */
export async function demo(args: readonly string[]): Promise<number> {
  const flags = readFlags(args, { polls: { type: 'string' }, fault: { type: 'string' } });
  const polls =
    flags.own.polls === undefined
      ? undefined
      : wholeNumber('polls', String(flags.own.polls), 1, 500);
  const fault = flags.own.fault === undefined ? undefined : faultOf(String(flags.own.fault));
  const isForPeople = !flags.json && process.stdout.isTTY;
  const screen = createScreen({ isTerminal: process.stderr.isTTY });
  const shutdown = onShutdown();
  const config = readSettings({ waits: { cadence: DEMO_CADENCE } });
  const gateway = await runLocal({
    config: fault ? impatient(config) : config,
    data: flags.data,
    host: flags.host,
    port: flags.port ?? 0,
    // The demo's own receiver listens here.
    allowCallbacksTo: [...flags.allowCallbacksTo, '127.0.0.1'],
    say: screen.line,
    log: fileLog(flags.data),
  });
  try {
    const work = runJob(gateway, { polls, fault, data: flags.data, screen });
    const report = await Promise.race([work, gateway.failed, shutdown.requested]);
    if (typeof report === 'string') return 130;
    if (flags.json) process.stdout.write(`${JSON.stringify(report)}\n`);
    // A link would be dead as soon as it is read where everything stops now.
    else
      screen.summary(
        report,
        isForPeople ? gateway.engine.uiUrl : undefined,
        gateway.base.namespace,
      );
    if (isForPeople) {
      screen.line('\nEverything stays up so that the links work. Ctrl-C stops it.');
      await Promise.race([shutdown.requested, gateway.failed]);
    }
    return isAsExpected(report, ENDS[fault ?? ''] ?? FAULTLESS) ? 0 : 1;
  } finally {
    await gateway.stop();
    shutdown.dispose();
  }
}

/** Looks often, so that a person sees the job move and `--polls 40` takes seconds. */
const DEMO_CADENCE = {
  firstLookShare: 0.1,
  intervalMinMs: 250,
  intervalMaxMs: 1_000,
  intervalShare: 0.1,
};

const FAULTLESS: FaultEnd = {
  state: 'succeeded',
  code: null,
  submits: 1,
  billed: true,
  file: true,
};

function faultOf(name: string): string {
  const directive = directiveOf(name);
  if (directive !== undefined) return directive;
  throw new UsageError(`--fault takes one of: ${FAULT_CHOICES.join(', ')}; not "${name}"`);
}

function isAsExpected(report: DemoReport, end: FaultEnd): boolean {
  return (
    report.state === end.state &&
    report.error_code === end.code &&
    report.provider_submits === end.submits &&
    report.usage_rows === 1 &&
    report.ledger.balanced &&
    (report.ledger.settled !== '0') === end.billed &&
    (report.video !== null) === end.file &&
    report.callback?.verified === true
  );
}

interface DemoJob {
  polls: number | undefined;
  /** The fault is written as the simulator's directive, such as `fault=html`. */
  fault: string | undefined;
  data: string;
  screen: Screen;
}

async function runJob(gateway: LocalGateway, demoJob: DemoJob): Promise<DemoReport> {
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

/** Only what the demo reads of the public answer. */
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
  // The simulator counts submits by prompt, and remembers those of earlier demos on this folder.
  const prompt = `A ginger cat suns itself by a window, slow dolly-in, warm morning light, take ${randomUUID()}`;
  const answer = await exchangeJson({
    method: 'POST',
    url: `${gateway.api}/v1/videos`,
    headers: { authorization: `Bearer ${gateway.keys.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: modelFor(gateway),
      prompt: directives ? `${prompt} [[sim ${directives}]]` : prompt,
      duration: 5,
      resolution: '720p',
      aspect_ratio: '16:9',
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
