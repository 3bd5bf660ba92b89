import type { Input, VideoRequest } from './request';
import type { FieldNames } from './capabilities';

/**
 * An input as a dialect reads it: a reference, or a data URL whose bytes the gateway stores first. `param` is the field
 * that an error about it names.
 */
export type InputSource =
  | Input
  | {
      role: Input['role'];
      media: { dataUrl: string; param: string } | { url: string; param: string };
    };

/** What a caller asks for, before it is known who asks and how the answer looks. */
export interface Draft {
  request: Omit<VideoRequest, 'inputs'> & { inputs: InputSource[] };
  /** The caller's spelling of each field, for errors. */
  names: FieldNames;
  callbackUrl?: { url: string; param: string } | undefined;
  metadata: Record<string, unknown>;
  echo: Record<string, unknown>;
}
