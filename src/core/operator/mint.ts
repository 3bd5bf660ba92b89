/** A fresh key before it is stored; `hash` is what a row may know of it. */
export interface MintedKey {
  key: string;
  prefix: string;
  hash: string;
}

export interface Mint {
  key(): MintedKey;
  callbackSecret(): string;
}
