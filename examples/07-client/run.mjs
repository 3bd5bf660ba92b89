/**
 * Ask for the price of a video, make it, follow it, save it: with Reelay's own client.
 *
 *   npm start                      # in another terminal; prints the API key
 *   REELAY_KEY=rl_... node examples/07-client/run.mjs [file]
 */
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createClient } from 'reelay/client';

const baseUrl = process.env.REELAY_URL ?? 'http://127.0.0.1:8080';
const reelay = createClient({ baseUrl, key: process.env.REELAY_KEY });

const request = { model: 'seedance-2.0', prompt: 'a paper boat on a pond', duration: 5 };
const { price, quote_id: quoteId } = await reelay.quote(request);
const { id } = await reelay.create(request, { quoteId });
console.log(`posted ${id} for ${price} points`);

const video = await reelay.wait(id);
if (video.status === 'failed') throw new Error(video.error.message);
const content = await reelay.content(id);
await pipeline(content.body, createWriteStream(process.argv[2] ?? 'video.mp4'));
console.log(`saved ${content.headers.get('content-length')} bytes`);
