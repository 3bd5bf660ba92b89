import { createHmac, timingSafeEqual } from 'node:crypto';
import { GatewayError } from '../core/errors';
import { readId, renderId } from '../core/job/ids';
import type { FileKind } from '../core/job/files';

/**
 * Our own links to results: anybody who has one may fetch that one file until it expires. The signature covers
 * workspace, job, kind and expiry, so that a link opens nothing else. Verifying says nothing about the job's existence.
 */
export interface Links {
  sign(target: LinkTarget): string;
  /** Throws `forbidden` for a link that is expired, changed or signed with another secret. */
  verify(jobId: string, query: Record<string, unknown>): LinkTarget;
  /** Reads what a URL that a caller sent opens, or why it opens nothing; undefined where it is no link of ours. */
  read(url: string): { target: LinkTarget } | { problem: string } | undefined;
}

export interface LinkTarget {
  workspaceId: string;
  jobId: string;
  kind: FileKind;
}

export interface LinkOptions {
  secret: Uint8Array | string;
  /** Links that were signed with one of these are valid too. */
  otherSecrets?: readonly (Uint8Array | string)[];
  /** Returns the origin (and path prefix) under which callers reach this gateway; asked at each signature. */
  publicUrl: () => string;
  lifetimeMs: number;
  now?: () => number;
}

/** Query parameters that belong to the link and not to the route. */
export const LINK_PARAMETERS = ['expires', 'workspace', 'signature'] as const;

/** Expiries are rounded up to this, so that two reads of one job show the same link. */
const EXPIRY_STEP_SECONDS = 3600;

export function createLinks(options: LinkOptions): Links {
  const { secret, otherSecrets = [], publicUrl, lifetimeMs, now = Date.now } = options;
  const macOf = (
    { workspaceId, jobId, kind }: LinkTarget,
    expires: string,
    key: Uint8Array | string = secret,
  ): Buffer =>
    createHmac('sha256', key)
      .update(JSON.stringify(['result-link-1', workspaceId, jobId, kind, expires]))
      .digest();
  const links: Links = {
    sign(target) {
      const end = (now() + lifetimeMs) / 1000;
      const expires = String(Math.ceil(end / EXPIRY_STEP_SECONDS) * EXPIRY_STEP_SECONDS);
      const query = new URLSearchParams({
        ...(target.kind === 'video' ? {} : { variant: target.kind }),
        workspace: target.workspaceId,
        expires,
        signature: macOf(target, expires).toString('base64url'),
      });
      const path = `/v1/videos/${renderId('video', target.jobId)}/content`;
      return `${publicUrl().replace(/\/+$/, '')}${path}?${query.toString()}`;
    },
    verify(jobId, query) {
      const { workspace, expires, signature, variant = 'video' } = query;
      const id = readId(jobId);
      const kind = variant === 'video' || variant === 'last_frame' ? variant : undefined;
      if (!id || !kind || !isText(workspace) || !isText(expires) || !isText(signature)) {
        throw new GatewayError('forbidden', { message: 'This link is not valid.' });
      }
      const target = { workspaceId: workspace, jobId: id, kind } satisfies LinkTarget;
      const given = Buffer.from(signature, 'base64url');
      if (![secret, ...otherSecrets].some((key) => isSame(given, macOf(target, expires, key)))) {
        throw new GatewayError('forbidden', { message: 'This link is not valid.' });
      }
      if (Number(expires) * 1000 <= now()) {
        throw new GatewayError('forbidden', {
          message: 'This link has expired; ask for a new one.',
        });
      }
      return target;
    },
    read(text) {
      const url = URL.canParse(text) ? new URL(text) : undefined;
      const id = url && LINK_PATH.exec(url.pathname)?.[1];
      if (!url || id === undefined || url.origin !== new URL(publicUrl()).origin) return undefined;
      try {
        return { target: links.verify(id, Object.fromEntries(url.searchParams)) };
      } catch (error) {
        return {
          problem: error instanceof GatewayError ? error.message : 'This link is not valid.',
        };
      }
    },
  };
  return links;
}

const LINK_PATH = /\/v1\/videos\/([^/]+)\/content$/;

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= 200;

function isSame(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected);
}
