import { parseBase64 } from '../kit/parse';

/** The create endpoint checks the scheme of media, and that a data URL really holds a picture or a sound. */

type Item =
  | { type: 'image_url'; image_url: { url: string } }
  | { type: 'video_url'; video_url: { url: string } }
  | { type: 'audio_url'; audio_url: { url: string } }
  | { type: 'text' | 'draft_task' };

/** Names the parameter at fault within this content item, such as `image_url`; undefined when it is in order. */
export function mediaProblem(item: Item): string | undefined {
  switch (item.type) {
    case 'image_url':
      return isLink(item.image_url.url) || decode(item.image_url.url, 'image')
        ? undefined
        : 'image_url.url';
    case 'audio_url':
      return isLink(item.audio_url.url) || decode(item.audio_url.url, 'audio')
        ? undefined
        : 'audio_url.url';
    case 'video_url':
      // A video is taken by link or asset only, never inline.
      return isLink(item.video_url.url) ? undefined : 'video_url.url';
    default:
      return undefined;
  }
}

function isLink(url: string): boolean {
  return /^asset:\/\/\S+$/.test(url) || (/^https?:\/\//.test(url) && URL.canParse(url));
}

/** First bytes (hex) of the formats the provider takes; `.` stands for any digit. */
const MAGIC = {
  image:
    /^(89504e470d0a1a0a|ffd8ff|47494638|424d|49492a00|4d4d002a|52494646.{8}57454250|.{8}66747970)/,
  audio: /^(494433|fff[0-9a-f]|52494646.{8}57415645)/,
} as const;

function decode(url: string, kind: keyof typeof MAGIC): Buffer | undefined {
  const match = /^data:(\w+)\/[a-z0-9.+-]+;base64,(.+)$/s.exec(url);
  const bytes = match?.[1] === kind ? parseBase64(match[2] ?? '') : undefined;
  return bytes && MAGIC[kind].test(bytes.subarray(0, 16).toString('hex')) ? bytes : undefined;
}

/** Gives what `adaptive` comes to: the ratio nearest to an inline PNG first frame, else 16:9. */
export function nearestRatio(
  content: readonly Item[],
  ratios: Readonly<Record<string, readonly [number, number]>>,
): string {
  const image = content.find((item) => item.type === 'image_url');
  const bytes = image?.type === 'image_url' ? decode(image.image_url.url, 'image') : undefined;
  if (!bytes || bytes.length < 24 || bytes[0] !== 0x89) return '16:9';
  const shape = bytes.readUInt32BE(16) / bytes.readUInt32BE(20);
  const distance = ([, [width, height]]: [string, readonly [number, number]]): number =>
    Math.abs(Math.log(width / height / shape));
  const nearest = Object.entries(ratios).sort((a, b) => distance(a) - distance(b))[0];
  return nearest?.[0] ?? '16:9';
}
