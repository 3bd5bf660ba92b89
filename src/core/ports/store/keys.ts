import type { Principal } from '../../api/principal';

/** Undefined for a key that is unknown, revoked or expired, and for one whose workspace is disabled. */
export interface KeyStore {
  /** By the SHA-256 of the whole key, in hex. */
  find(hash: string, now: number): Promise<KeyPrincipal | undefined>;
  /**
   * By what an access token says. It ends with the secret that it was issued for, however long its own life would be
   * and whatever other secrets the key has.
   */
  findById(id: string, secretId: string, now: number): Promise<KeyPrincipal | undefined>;
  /** Says which of these hashes are of a key's secret, also of one that has ended. */
  existing(hashes: readonly string[]): Promise<ReadonlySet<string>>;
  /** Writes when the key was last used, at most once a minute. */
  markUsed(id: string, now: number): Promise<void>;
}

/** `secretId` tells the secrets of one key apart, and is nothing to guess a secret by. */
export type KeyPrincipal = Principal & { keyId: string; secretId: string };
