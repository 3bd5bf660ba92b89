import type { Principal } from '../../api/principal';
import type { AccessToken } from '../tokens';

/** What lets a caller in for a while. */
export interface Access {
  /** Makes an access token for the key that asks; it may do what that key may, as long as that key may. */
  issueToken(principal: Principal): AccessToken;
}
