import type { Submission } from '../../core/provider/provider';
import type { Input } from '../../core/request/request';
import { dataUrlOf } from '../kit';

/** Returns a medium as both wires take it: a link or a data URL. */
export function sourceOf({ media }: Input, blobs: Submission['blobs']): string {
  if ('url' in media) return media.url;
  if ('asset' in media) throw new Error('files of the account are nobody’s; create refuses them');
  return dataUrlOf(blobs, media.blob);
}
