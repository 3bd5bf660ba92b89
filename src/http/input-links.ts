import { readExpiry, createLinkSigner, invalidLink, isLinkText } from './link-signature';
import type { SigningSecrets } from './link-signature';

/**
 * Links by which a provider fetches one file that a caller gave, where its model takes that input as a link alone. Such
 * a link opens that file and nothing else, and tells nobody's name.
 */
export interface InputLinks {
  /**
   * Returns a link below `base`, which works until that moment (Unix milliseconds) at least:
   * `https://a.example/inputs/9f86…?expires=1795600800&signature=…`.
   */
  sign(base: string, blob: string, until: number): string;
  /** Throws `forbidden` for a link that is expired, changed or signed with another secret. */
  verify(blob: string, query: Record<string, unknown>): void;
}

/** The path of the links, and of the route that serves them. */
export const INPUTS_PATH = '/inputs';

/** Makes what signs and reads links to inputs. `now` gives Unix milliseconds. */
export function createInputLinks(options: SigningSecrets & { now?: () => number }): InputLinks {
  const { now = Date.now } = options;
  const signer = createLinkSigner('input-link-1', options);
  return {
    sign(base, blob, until) {
      const expires = String(Math.ceil(until / 1000));
      const query = new URLSearchParams({ expires, signature: signer.sign([blob, expires]) });
      return `${base.replace(/\/+$/, '')}${INPUTS_PATH}/${blob}?${query.toString()}`;
    },
    verify(blob, { expires, signature }) {
      if (!isLinkText(expires) || !isLinkText(signature)) throw invalidLink();
      signer.check([blob, expires], signature);
      readExpiry(expires, now());
    },
  };
}
