/**
 * Post a video, wait for it, download it: with Node's own fetch.
 *
 *   npm start                      # in another terminal; prints the API key
 *   REELAY_KEY=rl_... node examples/01-submit-and-wait/run.mjs [file]
 */
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { pipeline } from 'node:stream/promises';

const url = process.env.REELAY_URL ?? 'http://127.0.0.1:8080';
const authorization = `Bearer ${process.env.REELAY_KEY}`;
const file = process.argv[2] ?? 'video.mp4';

/** An error says in words what is wrong, names the field and lists the allowed values. */
async function call(method, path, body, headers = {}) {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { authorization, 'content-type': 'application/json', ...headers },
    body: body && JSON.stringify(body),
  });
  if (response.ok) return response;
  const { error } = await response.json();
  throw new Error(`${response.status} ${error.code}: ${error.message}`);
}

// The key makes it safe to send the request again when no answer came: it stays one video and one bill.
const posted = await call(
  'POST',
  '/v1/videos',
  { model: 'seedance-2.0', prompt: 'a paper boat on a pond', duration: 5, resolution: '720p' },
  { 'idempotency-key': randomUUID() },
);
let video = await posted.json();
console.log(`posted ${video.id}`);

// Asking costs nothing, and the answer comes from Reelay's own database.
while (video.status !== 'completed') {
  if (video.status === 'failed') throw new Error(`${video.error.code}: ${video.error.message}`);
  await pause(1_000);
  video = await (await call('GET', `/v1/videos/${video.id}`)).json();
}

const content = await call('GET', `/v1/videos/${video.id}/content`);
await pipeline(content.body, createWriteStream(file));
console.log(`saved ${file}, ${content.headers.get('content-length')} bytes`);
