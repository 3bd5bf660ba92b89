import { z } from 'zod';
import type { Submission } from '../../src/core/provider/provider';

const blobsSchema = z.record(z.string(), z.object({ mime: z.string(), base64: z.string() }));

/** Returns the submission that a wire file shows as `given`, whose files stand there in base64. */
export function submissionOf({ blobs, ...rest }: Record<string, unknown> = {}): Submission {
  const entries = Object.entries(blobsSchema.parse(blobs ?? {}));
  const map = new Map(
    entries.map(([id, { mime, base64 }]) => [id, { mime, bytes: Buffer.from(base64, 'base64') }]),
  );
  // Sound enough: a submission that is none gives a call that is not the file's.
  return { ...rest, blobs: map } as unknown as Submission;
}
