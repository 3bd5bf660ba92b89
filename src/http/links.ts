import { GatewayError } from '../core/errors';
import { readId, renderId } from '../core/job/ids';
import type { FileKind } from '../core/job/files';
import { readExpiry, createLinkSigner, invalidLink, isLinkText } from './link-signature';
import type { SigningSecrets } from './link-signature';

/**
 * Our own links to results: anybody who has one may fetch that one file until it expires. The signature covers
 * workspace, job, kind and expiry, so that a link opens nothing else. Verifying says nothing about the job's existence.
 */
export interface Links {
  sign(target: LinkTarget): string;
  /**
   * Returns what the link opens, and when it ends in Unix milliseconds. Throws `forbidden` for one that is expired,
   * changed or signed with another secret.
   */
  verify(jobId: string, query: Record<string, unknown>): LinkTarget & { expiresAt: number };
  /**
   * Signs a link of ours again, to work until that moment (Unix milliseconds), also one that has expired since it was
   * checked. Any other URL stays as it is.
   */
  renew(url: string, until: number): string;
  /** Reads what a URL that a caller sent opens, or why it opens nothing; undefined where it is no link of ours. */
  read(url: string): { target: LinkTarget } | { problem: string } | undefined;
}

export interface LinkTarget {
  workspaceId: string;
  jobId: string;
  kind: FileKind;
}

export interface LinkOptions extends SigningSecrets {
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
  const { publicUrl, lifetimeMs, now = Date.now } = options;
  const signer = createLinkSigner('result-link-1', options);
  const partsOf = ({ workspaceId, jobId, kind }: LinkTarget, expires: string) =>
    [workspaceId, jobId, kind, expires] as const;
  const signed = (target: LinkTarget, until: number): string => {
    const expires = String(Math.ceil(until / 1000 / EXPIRY_STEP_SECONDS) * EXPIRY_STEP_SECONDS);
    const query = new URLSearchParams({
      ...(target.kind === 'video' ? {} : { variant: target.kind }),
      workspace: target.workspaceId,
      expires,
      signature: signer.sign(partsOf(target, expires)),
    });
    const path = `/v1/videos/${renderId('video', target.jobId)}/content`;
    return `${publicUrl().replace(/\/+$/, '')}${path}?${query.toString()}`;
  };
  const signedTarget = (jobId: string, query: Record<string, unknown>): LinkTarget => {
    const { workspace, expires, signature, variant = 'video' } = query;
    const id = readId(jobId);
    const kind = variant === 'video' || variant === 'last_frame' ? variant : undefined;
    if (!id || !kind || !isLinkText(workspace)) throw invalidLink();
    if (!isLinkText(expires) || !isLinkText(signature)) throw invalidLink();
    const target = { workspaceId: workspace, jobId: id, kind } satisfies LinkTarget;
    signer.check(partsOf(target, expires), signature);
    return target;
  };
  const ownPath = (text: string) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const id = url && LINK_PATH.exec(url.pathname)?.[1];
    if (!url || id === undefined || url.origin !== new URL(publicUrl()).origin) return undefined;
    return { id, query: Object.fromEntries(url.searchParams) };
  };
  return {
    sign: (target) => signed(target, now() + lifetimeMs),
    verify: (jobId, query) => ({
      ...signedTarget(jobId, query),
      expiresAt: readExpiry(String(query['expires']), now()),
    }),
    renew(text, until) {
      const at = ownPath(text);
      try {
        return at ? signed(signedTarget(at.id, at.query), until) : text;
      } catch {
        return text;
      }
    },
    read(text) {
      const at = ownPath(text);
      if (!at) return undefined;
      try {
        const target = signedTarget(at.id, at.query);
        readExpiry(String(at.query['expires']), now());
        return { target };
      } catch (error) {
        return {
          problem: error instanceof GatewayError ? error.message : 'This link is not valid.',
        };
      }
    },
  };
}

const LINK_PATH = /\/v1\/videos\/([^/]+)\/content$/;
