import { invalid } from './errors';
import type { Input } from './request';

/** In which forms a model takes media. */
export interface MediaForms {
  /** Ids in a library that the provider keeps. */
  assets: boolean;
  /** Inputs that the provider fetches by itself and takes no bytes of. */
  linkOnly: readonly Input['role'][];
  /** Of pictures that are sent as files. Absent: every type and size. */
  images?: { mimes: readonly string[]; bytesMax: number };
}

/** Of files that come with a request, by blob id. */
export type FileSizes = ReadonlyMap<string, number>;

/** What a provider cannot read it would refuse only after the job was made. */
export function checkForms(
  inputs: readonly Input[],
  forms: MediaForms | undefined,
  { param, sizes }: { param: string; sizes: FileSizes },
): void {
  if (!forms) return;
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
