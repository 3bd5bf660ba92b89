import type { Principal } from '../../api/principal';

/** Finds who asks. A key is not found when it is unknown, revoked or expired, or when its workspace is disabled. */
export interface KeyStore {
  /** Finds a key by the SHA-256 of its whole text, in hex. */
  find(hash: string, now: number): Promise<KeyPrincipal | undefined>;
  /**
   * Finds a key by what an access token says. The token ends with the secret that it was issued for, however long its
   * own life would be and whatever other secrets the key has.
   */
  findById(id: string, secretId: string, now: number): Promise<KeyPrincipal | undefined>;
  /**
   * Returns those of these keys that live and have the scope `read`, each with the secret that is named; asked of rows and
   * never of memory.
   */
  reading(keys: readonly KeyOfSecret[], now: number): Promise<readonly KeyOfSecret[]>;
  /** Says which of these hashes are of a key's secret, also of one that has ended. */
  existing(hashes: readonly string[]): Promise<ReadonlySet<string>>;
  /** Writes when the key was last used, at most once a minute. */
  markUsed(id: string, now: number): Promise<void>;
}

/** `secretId` tells the secrets of one key apart, and is nothing to guess a secret by. */
export interface KeyOfSecret {
  keyId: string;
  secretId: string;
}

export type KeyPrincipal = Principal & KeyOfSecret;
