/**
 * Cancel a video. While the provider has not begun, a DELETE stops it and it costs nothing; after that it may come too
 * late, and then the video ends as it would have, with its bill.
 *
 *   npm start                      # in another terminal; prints the API key
 *   REELAY_KEY=rl_... node examples/03-cancel/run.mjs
 */
import { setTimeout as pause } from 'node:timers/promises';

const url = process.env.REELAY_URL ?? 'http://127.0.0.1:8080';
const headers = {
  authorization: `Bearer ${process.env.REELAY_KEY}`,
  'content-type': 'application/json',
};

async function call(method, path, body) {
  const response = await fetch(`${url}${path}`, { method, headers, body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}

const { body: video } = await call('POST', '/v1/videos', {
  model: 'seedance-2.0',
  // The token tells the simulated provider to keep the job queued; a real one reads it as text.
  prompt: 'never needed [[sim queued=60]]',
});
console.log(`posted ${video.id}`);

// 200 with `deleted: false`: the wish is noted. 409: the provider cannot cancel it any more.
const canceled = await call('DELETE', `/v1/videos/${video.id}`);
console.log(`asked to cancel: ${canceled.status}, deleted: ${canceled.body.deleted}`);

for (;;) {
  const { body: now } = await call('GET', `/v1/videos/${video.id}`);
  if (now.status === 'completed' || now.status === 'failed') {
    console.log(`ended: ${now.status}, ${now.error?.code ?? 'it was too late'}`);
    break;
  }
  await pause(500);
}

// The DELETE of an ended video removes it from every list; what it cost stays in the books.
const removed = await call('DELETE', `/v1/videos/${video.id}`);
console.log(`removed: ${removed.status}, deleted: ${removed.body.deleted}`);
