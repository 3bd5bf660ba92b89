import type { Submission } from '../../core/provider/provider';
import type { Input } from '../../core/request/request';
import { base64Of } from '../kit';

/** Returns a picture as a link, or as bare base64: Kling takes no data URL. */
export function sourceOf({ media }: Input, blobs: Submission['blobs']): string {
  if ('url' in media) return media.url;
  if ('asset' in media) throw new Error('Kling keeps no assets; create refuses them');
  return base64Of(blobs, media.blob).base64;
}
