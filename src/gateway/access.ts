import type { Access } from '../core/ports/gateway/access';
import type { GatewayDeps } from './deps';

/** Makes the exchange of a key for an access token; throws for a caller without a key, whom no route lets ask. */
export function createAccess({ tokens, now }: Pick<GatewayDeps, 'tokens' | 'now'>): Access {
  return {
    issueToken({ keyId, secretId }) {
      if (keyId === null || secretId === undefined) {
        throw new Error('only a key has access tokens');
      }
      return tokens.issue({ keyId, secretId }, now());
    },
  };
}
