import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerName } from './video-servers';

/** The wire files of `openai` that tell of vLLM-Omni and SGLang. */

/** A JSON object. */
export type Json = Record<string, unknown>;

/** What such a file holds, as far as the tests of the servers read it. */
export interface Wire {
  source: string;
  exchange: string;
  given: { submission?: Record<string, unknown>; operation?: Record<string, unknown> };
  reply: { status: number; headers: Record<string, string>; body: Record<string, unknown> };
  means: unknown;
}

const FOLDER = join(__dirname, '../../src/providers/openai/wire');
/** The servers, and where their source is. */
export const SERVERS: readonly (readonly [ServerName, RegExp])[] = [
  ['vllm', /vllm-project\/vllm-omni/],
  ['sglang', /sgl-project\/sglang/],
];

/** Every one of them, with the server that it tells of. */
export const ALL = readdirSync(FOLDER).flatMap((name) => {
  const wire = JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as Wire; // the contract test reads it by a schema
  const server = SERVERS.find(([, source]) => source.test(wire.source))?.[0];
  return server === undefined ? [] : [{ name, server, wire }];
});
const hasVideo = ({ wire }: { wire: Wire }): boolean => wire.reply.body['object'] === 'video';
/** Those of creates that are taken, and those of answers that show a video. */
export const SUBMITS = ALL.filter(
  ({ wire, name }) => wire.exchange === 'submit' && /^submit/.test(name),
);
export const REPLIES = ALL.filter(hasVideo);
