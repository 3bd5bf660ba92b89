/** Short-lived stand-ins for an API key. They say by which secret of which key, and nothing that the key's row says. */
export interface Tokens {
  issue(bearer: TokenBearer, now: number): AccessToken;
  /**
   * Returns whose token it is and when it ends, in Unix milliseconds; undefined for anything but an unexpired token of
   * this installation.
   */
  verify(token: string, now: number): (TokenBearer & { expiresAt: number }) | undefined;
}

export interface TokenBearer {
  keyId: string;
  secretId: string;
}

export interface AccessToken {
  token: string;
  /** Unix milliseconds. */
  expiresAt: number;
}
