import type { UploadedFile } from '../../core/api/route';
import { invalid } from '../../core/errors';
import { mediaSource } from '../../core/request/media-source';
import type { InputSource } from '../../core/request/draft';
import type { Input } from '../../core/request/request';
import type { Words } from './schema';

/** Pictures in the order of these names, those given as files last. */
const NAMES = ['image', 'images', 'input_reference'] as const;
const FILE_NAME = /^(?:image|images|input_reference)(?:\[\d{0,3}\])?$/;

type Place = (role: Input['role']) => InputSource;

/**
 * Gives each picture its role. One picture is the first frame, two are first and last frame, more are references; with
 * `image_tail` the others are first frames. A picture that is given twice under two names is one picture.
 */
export function picturesOf(
  words: Words,
  files: readonly UploadedFile[],
): { inputs: InputSource[]; field: string } {
  const named = NAMES.flatMap((name) =>
    [words[name] ?? []].flat().map((value) => ({ name, value }) as const),
  );
  const seen = named.filter(
    ({ value }, index) => named.findIndex((other) => other.value === value) === index,
  );
  const places: Place[] = [
    ...seen.map(
      ({ name, value }): Place =>
        (role) =>
          mediaSource(role, value, name),
    ),
    ...files.map(fileOf),
  ];
  const tail = words.image_tail;
  const inputs = places.map((place, index) => place(roleOf(index, places.length, tail)));
  if (tail !== undefined) inputs.push(mediaSource('last_frame', tail, 'image_tail'));
  const field = seen[0]?.name ?? files[0]?.field ?? (tail === undefined ? 'image' : 'image_tail');
  return { inputs, field };
}

function roleOf(index: number, count: number, tail: string | undefined): Input['role'] {
  if (tail !== undefined) return 'first_frame';
  if (count > 2) return 'reference_image';
  return index === 0 ? 'first_frame' : 'last_frame';
}

function fileOf({ field, blob, mime }: UploadedFile): Place {
  if (!FILE_NAME.test(field)) throw invalid(field, 'is not a known file field', NAMES);
  if (!mime.startsWith('image/')) throw invalid(field, `is ${mime}; it must be an image`);
  return (role) => ({ role, media: { blob, mime } });
}
