import type { RouteInput } from '../../core/dialect';
import type { GatewayError } from '../../core/errors';
import { invalid } from '../../core/errors';
import type { Headers } from '../../core/exchange';
import { given } from '../../core/fields';
import type { Creation, InputSource } from '../../core/ports';
import type { Input } from '../../core/request';
import { readFlags } from './flags';
import { bodySchema, contentItemSchema } from './schema';
import type { Body, ContentItem } from './schema';
import { readReferences } from './spelling';

export const WIRE = 'ark-tasks';

type Passed = Pick<Creation, 'request' | 'names' | 'callbackUrl' | 'metadata' | 'echo' | 'native'>;

/**
 * The caller's bytes as they are, and beside them what they most likely mean. Refused is only what could not be routed
 * (no model), priced or bound to us (a name in another spelling, a callback that is no URL).
 */
export function toCreation({
  body,
  raw,
  headers,
  search,
}: Pick<RouteInput, 'body' | 'raw' | 'headers' | 'search'>): Passed {
  const fields = fieldsOf(body);
  const model = modelOf(fields['model']);
  const references = readReferences(new TextDecoder().decode(raw));
  return {
    request: { model, ...requestOf(fields) },
    names: {},
    callbackUrl: callbackOf(fields['callback_url']),
    metadata: {},
    echo: {},
    native: {
      wire: WIRE,
      body: raw,
      headers: compatible(headers),
      search: withoutKeys(search),
      references,
    },
  };
}

function fieldsOf(body: unknown): Record<string, unknown> {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
    // Sound because JSON has no other objects.
    return body as Record<string, unknown>;
  }
  throw missing('body', 'must be a JSON object');
}

function modelOf(model: unknown): string {
  if (typeof model === 'string' && model !== '') return model;
  throw missing('model', 'is required and must be a string');
}

/** Rendered as 422, see `renderError`. */
const missing = (param: 'body' | 'model', problem: string): GatewayError => invalid(param, problem);

function callbackOf(url: unknown): Passed['callbackUrl'] {
  if (url === undefined || url === null || url === '') return undefined;
  if (typeof url !== 'string') throw invalid('callback_url', 'must be a URL');
  return { url, param: 'callback_url' };
}

/** What a provider may hear of the caller; nothing of keys, cookies, hops or addresses. */
const COMPATIBLE = ['accept', 'accept-language', 'content-type', 'x-client-request-id'];

function compatible(headers: Headers): Headers {
  return Object.fromEntries(
    COMPATIBLE.flatMap((name) => {
      const value = headers[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** A key in a URL is refused where it is the only one; beside another one it must not travel on. */
const KEY_NAMES = ['api_key', 'apikey', 'key', 'access_token'];

function withoutKeys(search: string): string {
  const isKey = (pair: string): boolean =>
    [...new URLSearchParams(pair).keys()].some((name) => KEY_NAMES.includes(name.toLowerCase()));
  return search
    .split('&')
    .filter((pair) => !isKey(pair))
    .join('&');
}

const PROMPT_LENGTH_MAX = 32_000;
const FRAMES_PER_SECOND = 24;

function requestOf(fields: Record<string, unknown>): Omit<Creation['request'], 'model'> {
  const body = bodySchema.parse(fields);
  const items = (body.content ?? []).flatMap((item) => {
    const read = contentItemSchema.safeParse(item);
    return read.success ? [read.data] : [];
  });
  const prompt = items.flatMap((item) => (item.type === 'text' ? [item.text] : [])).join('\n');
  const flags = readFlags(prompt);
  const frames = body.frames ?? flags.frames;
  const applied = {
    seconds: frames ? Math.ceil(frames / FRAMES_PER_SECOND) : (body.duration ?? flags.duration),
    resolution: body.resolution ?? flags.resolution ?? (body.draft ? '480p' : undefined),
    aspectRatio: body.ratio ?? flags.ratio,
    generateAudio: body.generate_audio,
    seed: body.seed ?? flags.seed,
    watermark: body.watermark ?? flags.watermark,
    cameraFixed: body.camera_fixed ?? flags.camera_fixed,
    returnLastFrame: body.return_last_frame,
    serviceTier: body.service_tier,
    expiresAfterSeconds: body.execution_expires_after,
    safetyIdentifier: body.safety_identifier,
  };
  return {
    // The whole text is in the bytes; the row is for people and price.
    prompt: prompt.slice(0, PROMPT_LENGTH_MAX),
    inputs: items.flatMap(inputOf),
    ...given(applied),
    passthrough: othersOf(body),
  };
}

function inputOf(item: ContentItem, index: number): InputSource[] {
  const param = `content[${String(index)}]`;
  switch (item.type) {
    case 'text':
      return [];
    case 'image_url':
      return source(item.role ?? 'first_frame', item.image_url.url, param);
    case 'video_url':
      return source('reference_video', item.video_url.url, param);
    case 'audio_url':
      return source('reference_audio', item.audio_url.url, param);
  }
}

const ASSET = 'asset://';

function source(role: Input['role'], url: string, param: string): InputSource[] {
  if (url.startsWith('data:')) return [{ role, media: { dataUrl: url, param } }];
  if (url.startsWith(ASSET)) return [{ role, media: { asset: url.slice(ASSET.length) } }];
  return /^https?:\/\//i.test(url) && URL.canParse(url) ? [{ role, media: { url } }] : [];
}

/** Vendor keys, as far as they are words and numbers: a row holds no media. */
const OTHERS_MAX = 50;
const OTHER_LENGTH_MAX = 200;

function othersOf(body: Body): Record<string, unknown> {
  const known = new Set([...Object.keys(bodySchema.shape), 'model', 'callback_url']);
  const entries = Object.entries(body).filter(
    ([name, value]) =>
      (!known.has(name) || name === 'draft' || name === 'frames') &&
      value !== undefined &&
      value !== null &&
      name.length <= OTHER_LENGTH_MAX &&
      JSON.stringify(value).length <= OTHER_LENGTH_MAX,
  );
  return Object.fromEntries(entries.slice(0, OTHERS_MAX));
}
