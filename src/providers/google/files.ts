import type { Submission } from '../../core/provider/provider';
import type { Input } from '../../core/request/request';
import { base64Of } from '../kit';

/**
 * Returns a picture as base64. Throws for one that is not there as a file, which is a mistake of ours: Google opens no
 * link of anybody's, so that the gateway fetches each before (`MediaForms.bytesOnly`).
 */
export function fileOf(
  { role, media }: Input,
  blobs: Submission['blobs'],
): { mime: string; base64: string } {
  if (!('blob' in media)) throw new Error(`the ${role} was not fetched, and Google fetches none`);
  return base64Of(blobs, media.blob);
}
