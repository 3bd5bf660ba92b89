import { given } from '../../core/json/fields';
import { jsonOf, type Reply } from '../../core/provider/exchange';
import { identifier } from '../kit';
import { numberOf, objectOf, textOf } from './schema';

/**
 * A video as one of the many servers shows it, read from wherever they have its parts. Nothing but an id or a status makes
 * a reply one, and no odd field makes it less: another field is looked at then.
 */
export interface ShownVideo {
  /** The ids that it goes by; new-api has two. */
  ids: readonly string[];
  /** The status word in lower case: `in_progress`. */
  status: string | undefined;
  progress: number | null;
  url: string | undefined;
  /** The link to the last frame as a picture, which gateways have that were asked for it. */
  lastFrame: string | undefined;
  /** It says itself that there is no file. */
  isEmpty: boolean;
  /** Its files stand in a list, which only a server has that answers when it has made them. */
  isListed: boolean;
  error: VideoError | undefined;
  seconds: number | undefined;
  tokens: number | undefined;
  /** Money as decimal text, of which nobody names the currency. */
  cost: string | undefined;
  size: { width: number; height: number } | undefined;
}

/** Why there is no video, by the server's own words. */
export interface VideoError {
  code?: string | undefined;
  message?: string | undefined;
}

/**
 * Reads a reply as a video: itself, or what stands in its `data`, as in new-api's older form. Undefined for a reply that
 * has neither an id nor a status.
 */
export function videoOf(reply: Pick<Reply, 'body'>): ShownVideo | undefined {
  const body = objectOf(jsonOf(reply));
  if (!body) return undefined;
  const inner = objectOf(body['data']);
  const video = inner && (textOf(inner['status']) ?? idsOf(inner)[0]) ? inner : body;
  const ids = idsOf(video);
  const status = textOf(video['status'])
    ?.toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
  if (ids.length === 0 && status === undefined && linkOf(video) === undefined) return undefined;
  const usage = objectOf(video['usage']);
  return {
    ids,
    status,
    progress: progressOf(video['progress']),
    url: linkOf(video),
    lastFrame: linkOf(video, LAST_FRAMES),
    isEmpty: Array.isArray(video['data']) && video['data'].length === 0,
    isListed: Array.isArray(video['data']) && video['data'].length > 0,
    error: errorIn(video),
    seconds: positive(usage?.['duration_seconds'] ?? video['seconds'] ?? video['duration']),
    tokens: positive(usage?.['completion_tokens'] ?? usage?.['total_tokens']),
    cost: moneyOf(usage?.['cost'] ?? video['cost']),
    size: sizeOf(video['size']),
  };
}

const idsOf = (video: Readonly<Record<string, unknown>>): string[] =>
  [video['id'], video['task_id']].flatMap((id) => {
    const parsed = identifier.safeParse(id);
    return parsed.success ? [parsed.data] : [];
  });

/** Reads 50, "50" and "50%". */
function progressOf(value: unknown): number | null {
  const number = numberOf(typeof value === 'string' ? value.replace(/%$/, '') : value);
  return number !== undefined && number >= 0 && number <= 100 ? number : null;
}

const positive = (value: unknown): number | undefined => {
  const number = numberOf(value);
  return number !== undefined && number > 0 ? number : undefined;
};

/** Returns money above zero as decimal text; `0` is what a server says that counts none. */
export function moneyOf(value: unknown): string | undefined {
  const text = typeof value === 'number' ? value.toFixed(MONEY_DIGITS) : textOf(value);
  if (text === undefined || !/^\d{1,9}(\.\d{1,12})?$/.test(text) || !(Number(text) > 0)) {
    return undefined;
  }
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

const MONEY_DIGITS = 9;

function sizeOf(value: unknown): ShownVideo['size'] {
  const [, width, height] = /^(\d{2,5})x(\d{2,5})$/.exec(textOf(value) ?? '') ?? [];
  return width && height ? { width: Number(width), height: Number(height) } : undefined;
}

/** Reads an error that is an object or a text, and the words that some have beside the status. */
function errorIn(video: Readonly<Record<string, unknown>>): ShownVideo['error'] {
  const said = video['error'];
  const object = objectOf(said);
  const code = object?.['code'];
  const message =
    textOf(object?.['message']) ??
    textOf(said) ??
    textOf(video['fail_reason']) ??
    textOf(video['error_message']);
  const found = given({
    // 0 is what new-api's flat form has beside a success.
    code: typeof code === 'number' && code !== 0 ? String(code) : textOf(code),
    message,
  });
  return Object.keys(found).length > 0 ? found : undefined;
}

type Path = readonly (string | number)[];

/** The places at which servers have the link to the file, the plainest first. */
const LINKS: readonly Path[] = [
  ['url'],
  ['video_url'],
  ['result_url'],
  ['output_url'],
  ['metadata', 'url'],
  ['metadata', 'video_url'],
  ['video', 'url'],
  ['content', 'video_url'],
  ['result', 'url'],
  ['result', 'video_url'],
  ['data', 0, 'url'],
  ['urls', 0],
  ['unsigned_urls', 0],
  ['output'],
  ['output', 'url'],
  ['output', 'video_url'],
  ['output', 0],
  ['outputs', 0],
  ['outputs', 0, 'url'],
  ['videos', 0, 'url'],
];

const LAST_FRAMES: readonly Path[] = [['content', 'last_frame_url'], ['last_frame_url']];

const LINK_LENGTH_MAX = 8_192;

function linkOf(video: unknown, places = LINKS): string | undefined {
  return places
    .map((path) => textOf(valueAt(video, path)))
    .find(
      (text) =>
        text !== undefined &&
        text.length <= LINK_LENGTH_MAX &&
        /^https?:\/\//i.test(text) &&
        URL.canParse(text),
    );
}

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    value,
  );
