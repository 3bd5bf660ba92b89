import { carriedBy } from '../../core/request/carried-media';
import { invalid } from '../../core/errors';
import { inputKindOf, mediumOf, type InputKind } from '../../core/request/input-names';
import type { Layer } from './words';

/**
 * Refuses a vendor's word that stands for an input, and that nothing reads. What a word carries decides; beside that, a
 * name that plainly means an input is refused with any value that could be one (`{"first_frame": {"file_id": "f-1"}}`).
 * `mediaKeys` are those in which a provider of the model documents media of its own.
 */
export function checkUnread(
  { passthrough }: Pick<Layer, 'passthrough'>,
  { prefix, mediaKeys }: { prefix: '' | 'metadata.'; mediaKeys: readonly string[] },
): void {
  for (const [name, value] of Object.entries(passthrough)) {
    if (mediaKeys.includes(name)) continue;
    const carried = carriedBy(value);
    const kind = inputKindOf(name);
    if (!carried && !(kind && isPlace(value))) continue;
    const what = carried ? `carries ${carried.what === 'url' ? 'a URL' : 'a file'}` : 'is an input';
    const path = `${prefix}${[name, ...(carried?.path ?? [])].join('.')}`.slice(0, PATH_LENGTH_MAX);
    throw invalid(path, `${what} that nothing reads here; ${INSTEAD[kind ?? mediumOf(name)]}`);
  }
}

const PATH_LENGTH_MAX = 200;

/** A switch such as `{"audio": true}` is no place of a medium. */
const isPlace = (value: unknown): boolean =>
  (typeof value === 'string' && !/^(?:on|off|true|false|auto|none)$/i.test(value)) ||
  (typeof value === 'object' && value !== null);

const INSTEAD: Readonly<Record<InputKind, string>> = {
  image: 'use image or images',
  last_frame: 'use image_tail, beside image',
  video:
    'this API takes pictures only, as image or images; ' +
    'videos and sounds go to /v1/videos, as input_references',
  callback: 'callbacks go to callback_url',
};
