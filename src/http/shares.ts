import { GatewayError } from '../core/errors';

/** Whose bytes they are. What comes without a key, as callbacks of providers do, has a name of its own. */
export interface Owner {
  workspaceId: string;
  keyId: string | null;
}

/** Bytes that many requests hold at once. No workspace and no key can have them all. */
export interface Pool {
  /** Throws `rate_limited` past the owner's own share, `unavailable` past what all have together. */
  take(owner: Owner, bytes: number): void;
  give(owner: Owner, bytes: number): void;
}

export interface PoolOptions {
  /** What is counted, in the plural: `request bodies`. */
  what: string;
  bytesMax: number;
  workspaceBytesMax: number;
  keyBytesMax: number;
}

export function createPool({ what, ...max }: PoolOptions): Pool {
  let used = 0;
  const held = new Map<string, number>();
  const sharesOf = ({ workspaceId, keyId }: Owner) => [
    { name: `workspace ${workspaceId}`, bytesMax: max.workspaceBytesMax },
    { name: `key ${keyId ?? ''} of ${workspaceId}`, bytesMax: max.keyBytesMax },
  ];
  const add = (name: string, bytes: number): void => {
    const left = (held.get(name) ?? 0) + bytes;
    if (left > 0) held.set(name, left);
    else held.delete(name);
  };
  return {
    take(owner, bytes) {
      const shares = sharesOf(owner);
      if (shares.some(({ name, bytesMax }) => (held.get(name) ?? 0) + bytes > bytesMax)) {
        throw ownShareSpent(what);
      }
      if (used + bytes > max.bytesMax) throw allSpent(what);
      used += bytes;
      for (const { name } of shares) add(name, bytes);
    },
    give(owner, bytes) {
      used -= bytes;
      for (const { name } of sharesOf(owner)) add(name, -bytes);
    },
  };
}

const ownShareSpent = (what: string): GatewayError =>
  new GatewayError('rate_limited', {
    message: `This key or its workspace has too many large ${what} under way; let them end first.`,
    retryAfterSeconds: 1,
  });

const allSpent = (what: string): GatewayError =>
  new GatewayError('unavailable', {
    message: `Too many large ${what} at this moment; try again shortly.`,
    retryAfterSeconds: 1,
  });
