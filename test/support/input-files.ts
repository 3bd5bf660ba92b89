import { createHash } from 'node:crypto';
import type { Capabilities } from '../../src/core/request/capabilities';
import { KIND_OF } from '../../src/core/request/media-forms';
import type { Input } from '../../src/core/request/request';

/** The least that is told from other files by its first bytes, of each kind of input. */
const FILES = {
  image: {
    mime: 'image/png',
    bytes: Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    ),
  },
  video: { mime: 'video/mp4', bytes: Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0mp42isom', 'latin1') },
  audio: { mime: 'audio/mpeg', bytes: Buffer.from('ID3\x04\0\0\0\0\0\0', 'latin1') },
};

const idOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The bytes of every file that `inputFor` names, by blob id. */
export const INPUT_FILES: ReadonlyMap<string, { mime: string; bytes: Uint8Array }> = new Map(
  Object.values(FILES).map((file) => [idOf(file.bytes), file]),
);

/** Makes an input of that role in a form that the model takes: a link, or a file where it takes no link. */
export function inputFor(
  role: Input['role'],
  { media }: Pick<Capabilities, 'media'>,
  url = 'https://media.example/a.png',
): Input {
  if (!media?.bytesOnly?.includes(role)) return { role, media: { url } };
  const { mime, bytes } = FILES[KIND_OF[role]];
  return { role, media: { blob: idOf(bytes), mime } };
}
