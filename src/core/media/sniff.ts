/** First bytes needed to tell the type. */
export const SNIFF_BYTES = 16;

/** Containers in the MP4 family that are no video: HEIC and AVIF pictures, audio, QuickTime. */
const FOREIGN_BRANDS = /^(?:hei[cmsx]|hev[cmsx]|mif1|msf1|avi[fs]|M4[AB] |qt {2})$/;

/**
 * Returns the media type by magic bytes, or undefined for whatever is not on the list of inputs we take. Names and
 * declared types are not believed; SVG, HTML and archives are never on the list.
 */
export function sniffMediaType(start: Uint8Array): string | undefined {
  const text = Buffer.from(start.subarray(0, SNIFF_BYTES)).toString('latin1');
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (text.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (/^GIF8[79]a/.test(text)) return 'image/gif';
  if (/^RIFF[^]{4}WEBP/.test(text)) return 'image/webp';
  if (/^RIFF[^]{4}WAVE/.test(text)) return 'audio/wav';
  if (text.startsWith('\x1a\x45\xdf\xa3')) return 'video/webm';
  if (text.slice(4, 8) === 'ftyp') {
    return FOREIGN_BRANDS.test(text.slice(8, 12)) ? undefined : 'video/mp4';
  }
  return text.startsWith('ID3') || isMp3Frame(start) ? 'audio/mpeg' : undefined;
}

/**
 * Returns the media type of a finished video, or undefined for bytes that are none. More than what we take as an input:
 * a QuickTime film was paid for like any other.
 */
export function videoTypeOf(start: Uint8Array): string | undefined {
  const type = sniffMediaType(start);
  if (type !== undefined) return type.startsWith('video/') ? type : undefined;
  const text = Buffer.from(start.subarray(0, SNIFF_BYTES)).toString('latin1');
  return text.slice(4, 12) === 'ftypqt  ' ? 'video/quicktime' : undefined;
}

/** Says whether a file begins as an MP3: frame sync, then a version and layer that mean MPEG audio layer III. */
function isMp3Frame(start: Uint8Array): boolean {
  const [first = 0, second = 0] = start;
  return first === 0xff && (second & 0xe6) === 0xe2;
}
