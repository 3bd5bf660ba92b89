import type { Submission } from '../../core/provider/provider';

/**
 * Returns a stored input as base64, for a vendor that takes files inside a request. Throws where its bytes are not
 * there, which is a mistake of ours: a submission brings those of every blob it names.
 */
export function base64Of(
  blobs: Submission['blobs'],
  blobId: string,
): { mime: string; base64: string } {
  const blob = blobs.get(blobId);
  if (!blob) throw new Error(`the bytes of blob ${blobId} were not handed over`);
  return { mime: blob.mime, base64: Buffer.from(blob.bytes).toString('base64') };
}

/** Returns a stored input as a data URL (RFC 2397), `data:image/png;base64,iVBO...`; throws as `base64Of` does. */
export function dataUrlOf(blobs: Submission['blobs'], blobId: string): string {
  const { mime, base64 } = base64Of(blobs, blobId);
  return `data:${mime};base64,${base64}`;
}
