import { carriedBy } from '../../core/request/carried-media';
import { invalid } from '../../core/errors';
import { isRecord } from '../../core/json/fields';
import { inputKindOf } from '../../core/request/input-names';
import { nativeBodySchema } from './native-schema';

/**
 * Ark reads media in one place only: the value of a content item that is named as its type (`image_url` of an item with
 * `"type": "image_url"`). It leaves out words that it does not know, so a medium anywhere else would be a video without
 * the picture that was paid for, and is refused. The text of a prompt and the words that Ark documents are no media.
 */
export function checkUnread(body: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(body)) {
    if (!DOCUMENTED.has(name)) refuse(value, [name]);
  }
  const items: unknown[] = Array.isArray(body['content']) ? body['content'] : [];
  items.forEach((item, index) => {
    const place = `content[${String(index)}]`;
    if (!isRecord(item)) {
      refuse(item, [place]);
      return;
    }
    const { type } = item;
    for (const [name, value] of Object.entries(item)) {
      const isRead = MEDIA_TYPES.has(name) ? name === type : OTHER_WORDS.has(name);
      if (!isRead) refuse(value, [place, name]);
    }
  });
}

const DOCUMENTED = new Set([...Object.keys(nativeBodySchema.shape), 'model', 'callback_url']);
const MEDIA_TYPES = new Set(['image_url', 'video_url', 'audio_url']);
const OTHER_WORDS = new Set(['type', 'text', 'role', 'draft_task']);

function refuse(value: unknown, path: readonly string[]): void {
  const carried = carriedBy(value);
  if (!carried) return;
  const param = [...path, ...carried.path].join('.').slice(0, PATH_LENGTH_MAX);
  const what = carried.what === 'url' ? 'a URL' : 'a file';
  const isCallback = path.length === 1 && inputKindOf(path[0] ?? '') === 'callback';
  const instead = isCallback
    ? 'callbacks go to callback_url'
    : 'media go into content, as {"type": "image_url", "image_url": {"url": "..."}}';
  throw invalid(param, `carries ${what} that nothing reads here; ${instead}`);
}

const PATH_LENGTH_MAX = 200;
