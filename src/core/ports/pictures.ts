/** The pictures that are made of a kept video, in OpenAI's words. */
export const PICTURE_KINDS = ['thumbnail', 'spritesheet'] as const;
export type PictureKind = (typeof PICTURE_KINDS)[number];

/** The type of each, which is known before it is made. */
export const PICTURE_MIMES = {
  thumbnail: 'image/webp',
  spritesheet: 'image/jpeg',
} as const satisfies Record<PictureKind, string>;

/** A picture of a video: one frame as WebP, or 25 frames of equal distance, five by five, as JPEG. */
export interface Picture {
  mime: (typeof PICTURE_MIMES)[PictureKind];
  bytes: Uint8Array;
}

/** A kept video; `seconds` is its length, undefined where nobody knows it. */
export interface PictureSource {
  blob: string;
  mime: string;
  seconds: number | undefined;
}

/** Makes pictures of kept videos. */
export interface Pictures {
  /** Says in a sentence why none are made on this machine; undefined where they are. */
  problem: string | undefined;
  /**
   * Makes one at once. Throws `upstream` where the video gives no picture, and `unavailable` where `signal` aborts: whoever
   * asked has left, or the process stops.
   */
  make(kind: PictureKind, source: PictureSource, signal: AbortSignal): Promise<Picture>;
}
