/**
 * What a key may do. `read`: status, lists, results; `generate`: create, cancel, delete; `admin`: the admin API, for
 * the whole installation; `foreign`: see and cancel what this gateway did not create, where a dialect and a channel
 * allow it.
 */
export const SCOPES = ['generate', 'read', 'admin', 'foreign'] as const;

export type Scope = (typeof SCOPES)[number];

/** Who asks. Every use case takes it; there is no query without a workspace. */
export interface Principal {
  workspaceId: string;
  /**
   * The key that was sent; null for a signed link, and for a workflow, since starting one in the namespace is an
   * operator's trust and not a key's.
   */
  keyId: string | null;
  /** Which secret of the key is behind the request, as in `KeyStore`; absent where none is. */
  secretId?: string;
  /** End of the access token or the link that was sent, in Unix milliseconds; absent for a key, of which its row decides. */
  endsAt?: number;
  group: string;
  /** Public names; null = every model of the group. */
  models: readonly string[] | null;
  scopes: readonly Scope[];
  /** Creates that are the same and come within `waits.joinedMs` are one job; absent = no. */
  joinsIdentical?: boolean;
}
