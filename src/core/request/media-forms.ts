import { invalid } from '../errors';
import type { FileFacts } from '../media/file-facts';
import type { Input } from './request';

/** The forms in which a model takes media. */
export interface MediaForms {
  /** Ids in a library that the provider keeps. */
  assets: boolean;
  /** Inputs that the provider fetches by itself and takes no bytes of. */
  linkOnly: readonly Input['role'][];
  /** The gateway gives a link of its own to a file in one of those roles. */
  givesLinks?: boolean;
  /** Inputs of which it takes the bytes and no link: the gateway fetches those links before the job is made. Absent: none. */
  bytesOnly?: readonly Input['role'][];
  /** What links may be; absent where each that the gateway takes is taken. */
  links?: LinkForm;
  /** What pictures that are sent as files may be; absent where every type and size is taken. */
  images?: FileForm;
  /** The same of videos, with how long one may be. */
  videos?: FileForm & { seconds?: Bounds };
  audios?: FileForm;
  /** The provider takes a request of at most so many bytes, in which files stand as base64. Absent: it states no limit. */
  bodyBytesMax?: number;
}

/** Links that a provider fetches: over https, at a host with a name, of so many characters at most. */
export interface LinkForm {
  lengthMax: number;
}

/** What a file of one kind may be. */
export interface FileForm {
  mimes: readonly string[];
  bytesMax: number;
  /** Pixels that each side has to have. */
  side?: Bounds;
  /** Width by height: 0.4 to 2.5. */
  ratio?: Bounds;
}

/** Both ends are allowed. */
export interface Bounds {
  min: number;
  max: number;
}

/** What is known of the files that come with a request, by blob id. */
export type KnownFiles = ReadonlyMap<string, FileFacts>;

/** Refuses media in a form that the provider cannot read, which it would refuse only after the job was made. */
export function checkForms(
  inputs: readonly Input[],
  forms: MediaForms | undefined,
  { param, files: known, texts }: { param: string; files: KnownFiles; texts: readonly unknown[] },
): void {
  if (!forms) return;
  const inBody = inputs.filter(({ role }) => !forms.linkOnly.includes(role));
  checkBody(inBody, forms.bodyBytesMax, { param, files: known, texts });
  for (const { role, media } of inputs) {
    if ('asset' in media && !forms.assets) {
      throw invalid(param, 'names an asset, and this model knows none; send a URL or the file');
    }
    // What could be fetched has been by now.
    if ('url' in media && forms.bytesOnly?.includes(role)) {
      throw invalid(param, `has a ${role} as a link; this model takes the file itself`);
    }
    if ('url' in media && forms.links) checkLink(media.url, forms.links, { role, param });
    if ('blob' in media && forms.linkOnly.includes(role) && !forms.givesLinks) {
      throw invalid(
        param,
        `has a ${role} as a file; this model takes it as a URL only, and this gateway has no public address to give one`,
      );
    }
    const kind = KIND_OF[role];
    const form = forms[`${kind}s`];
    if ('blob' in media && form) {
      checkFile({ kind, mime: media.mime, facts: known.get(media.blob) }, form, param);
    }
  }
}

/** Refuses a link that the provider would not fetch. */
function checkLink(
  url: string,
  { lengthMax }: LinkForm,
  { role, param }: { role: Input['role']; param: string },
): void {
  const said = `has a ${role} as a link`;
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'https:') throw invalid(param, `${said} without TLS; this model takes https`);
  if (ADDRESS.test(hostname)) {
    throw invalid(param, `${said} to ${hostname}; this model takes hosts with a name`);
  }
  if (url.length > lengthMax) {
    throw invalid(
      param,
      `${said} of ${String(url.length)} characters; at most ${String(lengthMax)}`,
    );
  }
}

/** An IPv4 address as URLs spell each of its forms, or an IPv6 one. */
const ADDRESS = /^\d+(?:\.\d+){3}$|^\[/;

/** Braces, field names and our callback's URL. */
const BODY_FRAME_BYTES = 16 * 1024;

/**
 * Refuses files that are too large together. Each may be small enough and all of them together too large: the provider
 * would refuse the whole request.
 */
function checkBody(
  inputs: readonly Input[],
  bytesMax: number | undefined,
  { param, files: known, texts }: { param: string; files: KnownFiles; texts: readonly unknown[] },
): void {
  const files = inputs.map(({ media }) =>
    'blob' in media ? (known.get(media.blob)?.bytes ?? 0) : 0,
  );
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

/** What a file in a role must be, as the first part of its media type. */
export const KIND_OF = {
  first_frame: 'image',
  last_frame: 'image',
  reference_image: 'image',
  reference_video: 'video',
  reference_audio: 'audio',
} as const satisfies Record<Input['role'], string>;
type Kind = (typeof KIND_OF)[Input['role']];

const NOUNS: Readonly<Record<Kind, string>> = {
  image: 'a picture',
  video: 'a video',
  audio: 'a sound',
};

/** Refuses a file of another type, size, shape or length than the model takes; what the file does not tell passes. */
function checkFile(
  { kind, mime, facts }: { kind: Kind; mime: string; facts: FileFacts | undefined },
  { mimes, bytesMax, side, ratio, seconds }: FileForm & { seconds?: Bounds },
  param: string,
): void {
  const noun = NOUNS[kind];
  if (!mimes.includes(mime)) throw invalid(param, `has ${noun} as ${mime}`, mimes);
  const { bytes = 0, width, height, seconds: length } = facts ?? {};
  if (bytes > bytesMax) {
    throw invalid(param, `has ${noun} of ${String(bytes)} bytes; at most ${String(bytesMax)}`);
  }
  if (width !== undefined && height !== undefined) {
    const said = `has ${noun} of ${String(width)}x${String(height)} pixels`;
    if (isOutside(Math.min(width, height), side) || isOutside(Math.max(width, height), side)) {
      throw invalid(param, `${said}; each side must have ${inWords(side)}`);
    }
    if (isOutside(width / height, ratio)) {
      throw invalid(param, `${said}; width by height must be ${inWords(ratio)}`);
    }
  }
  if (length !== undefined && isOutside(length, seconds)) {
    const said = `has ${noun} of ${length.toFixed(1)} seconds`;
    throw invalid(param, `${said}; it must have ${inWords(seconds)}`);
  }
}

const isOutside = (value: number, bounds: Bounds | undefined): boolean =>
  bounds !== undefined && (value < bounds.min || value > bounds.max);

/** `300 to 6000`, and `at least 300` where there is no end. */
const inWords = ({ min, max }: Bounds = { min: 0, max: Infinity }): string =>
  max === Infinity ? `at least ${String(min)}` : `${String(min)} to ${String(max)}`;
