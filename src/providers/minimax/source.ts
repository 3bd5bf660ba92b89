import type { Submission } from '../../core/provider/provider';
import type { Input } from '../../core/request/request';
import { dataUrlOf } from '../kit';

/** Returns a medium as both wires take it: a link, a data URL or, on the newer one, a file of the account's. */
export function sourceOf({ media }: Input, blobs: Submission['blobs']): string {
  if ('url' in media) return media.url;
  if ('asset' in media) return `mm_file://${media.asset}`;
  return dataUrlOf(blobs, media.blob);
}
