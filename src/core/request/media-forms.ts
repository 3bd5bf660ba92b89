import { invalid } from '../errors';
import type { Input } from './request';

/** The forms in which a model takes media. */
export interface MediaForms {
  /** Ids in a library that the provider keeps. */
  assets: boolean;
  /** Inputs that the provider fetches by itself and takes no bytes of. */
  linkOnly: readonly Input['role'][];
  /** Inputs of which it takes the bytes and no link: the gateway fetches those links before the job is made. Absent: none. */
  bytesOnly?: readonly Input['role'][];
  /** What pictures that are sent as files may be; absent where every type and size is taken. */
  images?: { mimes: readonly string[]; bytesMax: number };
  /** The provider takes a request of at most so many bytes, in which files stand as base64. Absent: it states no limit. */
  bodyBytesMax?: number;
}

/** The sizes in bytes of the files that come with a request, by blob id. */
export type FileSizes = ReadonlyMap<string, number>;

/** Refuses media in a form that the provider cannot read, which it would refuse only after the job was made. */
export function checkForms(
  inputs: readonly Input[],
  forms: MediaForms | undefined,
  { param, sizes, texts }: { param: string; sizes: FileSizes; texts: readonly unknown[] },
): void {
  if (!forms) return;
  checkBody(inputs, forms.bodyBytesMax, { param, sizes, texts });
  for (const { role, media } of inputs) {
    if ('asset' in media && !forms.assets) {
      throw invalid(param, 'names an asset, and this model knows none; send a URL or the file');
    }
    if ('blob' in media && forms.linkOnly.includes(role)) {
      throw invalid(param, `has a ${role} as a file; this model takes it as a URL only`);
    }
    if ('blob' in media && forms.images && isPicture(role)) {
      checkPicture(media, forms.images, { param, bytes: sizes.get(media.blob) });
    }
  }
}

/** Braces, field names and our callback's URL. */
const BODY_FRAME_BYTES = 16 * 1024;

/**
 * Refuses files that are too large together. Each may be small enough and all of them together too large: the provider
 * would refuse the whole request.
 */
function checkBody(
  inputs: readonly Input[],
  bytesMax: number | undefined,
  { param, sizes, texts }: { param: string; sizes: FileSizes; texts: readonly unknown[] },
): void {
  const files = inputs.map(({ media }) => ('blob' in media ? (sizes.get(media.blob) ?? 0) : 0));
  if (bytesMax === undefined || files.every((bytes) => bytes === 0)) return;
  const encoded = files.reduce((sum, bytes) => sum + Math.ceil(bytes / 3) * 4, 0);
  const body = encoded + Buffer.byteLength(JSON.stringify([inputs, texts])) + BODY_FRAME_BYTES;
  if (body <= bytesMax) return;
  const raw = files.reduce((sum, bytes) => sum + bytes, 0);
  throw invalid(
    param,
    `has files of ${mib(raw)}, which make a request of ${mib(body)} to the provider; ` +
      `it takes at most ${mib(bytesMax)} (about ${mib((bytesMax * 3) / 4)} of files)`,
  );
}

const mib = (bytes: number): string => `${(bytes / 1_048_576).toFixed(1)} MiB`;

const isPicture = (role: Input['role']): boolean =>
  role !== 'reference_video' && role !== 'reference_audio';

function checkPicture(
  { mime }: { mime: string },
  { mimes, bytesMax }: NonNullable<MediaForms['images']>,
  { param, bytes = 0 }: { param: string; bytes: number | undefined },
): void {
  if (!mimes.includes(mime)) throw invalid(param, `has a picture as ${mime}`, mimes);
  if (bytes > bytesMax) {
    const said = `${String(bytes)} bytes; at most ${String(bytesMax)}`;
    throw invalid(param, `has a picture of ${said}`);
  }
}
