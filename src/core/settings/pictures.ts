import { KIB, MIB, SECOND, limit, ms } from './setting';

/** What a picture of a kept video may cost: waits of the config. */
export const PICTURE_WAITS = {
  pictureMs: ms(
    20 * SECOND,
    'A thumbnail or a spritesheet that is not made after this is given up: ffmpeg is ended.',
  ),
};

/** The same among the limits of the config. */
export const PICTURE_LIMITS = {
  picturesAtOnce: limit(
    2,
    'pictures',
    'One process makes so many thumbnails and spritesheets at once. The others wait, each workspace in its turn, for `waits.pictureMs` at most, and are then refused with 503 and `Retry-After`.',
  ),
  pictureBytesMax: limit(
    8 * MIB,
    'bytes',
    'A thumbnail or a spritesheet is at most this large; ffmpeg is ended where it writes more.',
  ),
  pictureMemoryBytesMax: limit(
    1024 * MIB,
    'bytes',
    'The program ffmpeg may have so much address space for a picture, on Linux, where the system holds it to that.',
    { least: 64 * KIB * KIB },
  ),
};
