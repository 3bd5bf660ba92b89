import { invalid } from '../../core/errors';
import { given } from '../../core/json/fields';
import { mediaSource } from '../../core/request/media-source';
import type { NativeReading } from '../../core/provider/native';
import type { InputSource } from '../../core/request/draft';
import type { Input } from '../../core/request/request';
import { isStorable, storableText } from '../../core/text';
import { checkFlags, readFlags } from './native-flags';
import { contentItemSchema, nativeBodySchema } from './native-schema';
import type { ContentItem, NativeBody } from './native-schema';
import { readReferences } from './native-spelling';
import { checkUnread } from './native-unread';

/** Reads a create body that its caller wrote for Ark. */
export function readNative(bytes: Uint8Array): NativeReading {
  const text = new TextDecoder().decode(bytes);
  const references = readReferences(text);
  // Sound because the endpoint takes nothing but a JSON object.
  const fields = JSON.parse(text) as Record<string, unknown>;
  checkUnread(fields);
  return {
    request: requestOf(nativeBodySchema.parse(fields), references.length > 0),
    callbackUrl: callbackOf(fields['callback_url']),
    references,
  };
}

function callbackOf(url: unknown): NativeReading['callbackUrl'] {
  if (url === undefined || url === null || url === '') return undefined;
  if (typeof url !== 'string') throw invalid('callback_url', 'must be a URL');
  return { url, param: 'callback_url' };
}

const PROMPT_LENGTH_MAX = 32_000;
/** More than any model takes; a row holds what is read. */
const ITEMS_MAX = 64;
const FRAMES_PER_SECOND = 24;

function requestOf(body: NativeBody, isOfDraft: boolean): NativeReading['request'] {
  const content = body.content ?? [];
  if (content.length > ITEMS_MAX)
    throw invalid('content', `has more than ${String(ITEMS_MAX)} items`);
  const items = content.flatMap((item) => {
    const read = contentItemSchema.safeParse(item);
    return read.success ? [read.data] : [];
  });
  const prompt = items.flatMap((item) => (item.type === 'text' ? [item.text] : [])).join('\n');
  checkFlags(prompt, new Set(Object.keys(given(body))));
  const flags = readFlags(prompt);
  const frames = body.frames ?? flags.frames;
  // What becomes of a draft is as long as the draft is, which only its provider knows.
  const draftSeconds = isOfDraft ? -1 : undefined;
  const applied = {
    seconds: frames ? secondsOf(frames) : (body.duration ?? flags.duration ?? draftSeconds),
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
    prompt: storableText(prompt.slice(0, PROMPT_LENGTH_MAX)),
    inputs: items.flatMap(inputOf),
    ...given(applied),
    passthrough: othersOf(body),
  };
}

/** Returns the whole seconds that hold so many frames: a video has one more than its seconds have, 289 in twelve. */
const secondsOf = (frames: number): number => Math.ceil((frames - 1) / FRAMES_PER_SECOND);

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

/** Returns the input at a URL; empty for what is no place of a file at all. */
function source(role: Input['role'], url: string, param: string): InputSource[] {
  const isPlace =
    /^(?:data:|asset:\/\/)/.test(url) || (/^https?:\/\//i.test(url) && URL.canParse(url));
  return isPlace ? [mediaSource(role, url, param)] : [];
}

/** Vendor keys, as far as they are words and numbers: a row holds no media. */
const OTHERS_MAX = 50;
const OTHER_LENGTH_MAX = 200;

function othersOf(body: NativeBody): Record<string, unknown> {
  const known = new Set([...Object.keys(nativeBodySchema.shape), 'model', 'callback_url']);
  const entries = Object.entries(body).filter(
    ([name, value]) =>
      (!known.has(name) || name === 'draft' || name === 'frames') &&
      value !== undefined &&
      value !== null &&
      name.length <= OTHER_LENGTH_MAX &&
      isStorable({ [name]: value }) &&
      JSON.stringify(value).length <= OTHER_LENGTH_MAX,
  );
  return Object.fromEntries(entries.slice(0, OTHERS_MAX));
}
