import { imageSize } from 'image-size';
import { given } from '../json/fields';
import { readMp4Head } from './mp4-head';

/** What is known of a file that comes with a request. */
export interface FileFacts {
  bytes: number;
  /** Pixels of a picture or a video; absent where the head of the file does not tell them. */
  width?: number;
  height?: number;
  /** The length of a video; absent where the head of the file does not tell it. */
  seconds?: number;
}

/** So many first bytes of a file are read for its facts: a picture with a long profile in front of its size still tells it. */
export const FACTS_BYTES = 512 * 1024;

/** Reads the facts of a file of that type out of its first bytes; what they do not tell is left out. Never throws. */
export function factsOf(mime: string, start: Uint8Array, bytes: number): FileFacts {
  if (mime === 'video/mp4') return { bytes, ...readMp4Head(start) };
  return mime.startsWith('image/') ? { bytes, ...pixelsOf(start) } : { bytes };
}

function pixelsOf(start: Uint8Array): Pick<FileFacts, 'width' | 'height'> {
  try {
    const { width, height } = imageSize(start);
    return given({ width: width || undefined, height: height || undefined });
  } catch {
    // Cut off, or written in a way that the library does not read: it is the provider's to judge.
    return {};
  }
}
