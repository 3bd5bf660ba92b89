import { readId, renderId } from '../core/job/ids';
import type { Job } from '../core/job/job';
import { readExpiry, createLinkSigner, invalidLink, isLinkText } from './link-signature';
import type { LinkOptions } from './links';

/**
 * Links to the events of one job, for readers that send no headers, such as a browser's `EventSource`. Such a link opens
 * that stream and no file, and a link to a file opens no stream.
 */
export interface EventLinks {
  sign(job: Pick<Job, 'id' | 'workspaceId'>): string;
  /**
   * Returns whose link it is, and when it ends in Unix milliseconds. Throws `forbidden` for one that is expired, changed
   * or signed with another secret.
   */
  verify(jobId: string, query: Record<string, unknown>): { workspaceId: string; expiresAt: number };
}

/** Makes what signs and reads links to events; they expire at a whole second, after `lifetimeMs` at least. */
export function createEventLinks(options: LinkOptions): EventLinks {
  const { publicUrl, lifetimeMs, now = Date.now } = options;
  const signer = createLinkSigner('events-link-1', options);
  return {
    sign({ id, workspaceId }) {
      const expires = String(Math.ceil((now() + lifetimeMs) / 1000));
      const query = new URLSearchParams({
        workspace: workspaceId,
        expires,
        signature: signer.sign([workspaceId, id, expires]),
      });
      const path = `/v1/videos/${renderId('video', id)}/events`;
      return `${publicUrl().replace(/\/+$/, '')}${path}?${query.toString()}`;
    },
    verify(jobId, { workspace, expires, signature }) {
      const id = readId(jobId);
      if (!id || ![workspace, expires, signature].every(isLinkText)) throw invalidLink();
      signer.check([String(workspace), id, String(expires)], String(signature));
      return { workspaceId: String(workspace), expiresAt: readExpiry(String(expires), now()) };
    },
  };
}
