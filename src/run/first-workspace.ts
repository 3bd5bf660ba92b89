import { SCOPES } from '../core/api/principal';
import { MICRO_PER_POINT } from '../core/money/pricing';
import { ensureFirstWorkspace as ensureRow } from '../store/operator/installation';
import { keyHash } from '../store/keys/new-key';
import type { Foundation } from './foundation';
import { developmentKeys, saveKeys } from './secrets';
import type { DevelopmentKeys } from './secrets';

/** What it is called until somebody renames it. */
const FIRST_NAME = 'default';
/** What a new installation may spend before anybody tops it up. */
const FIRST_POINTS = 1_000_000n * MICRO_PER_POINT;

/** Makes the first workspace and the development keys of this data folder, or finds the ones that are there. */
export async function ensureFirstWorkspace(
  base: Foundation,
  data: string,
): Promise<{ workspaceId: string; keys: DevelopmentKeys }> {
  const keys = developmentKeys(data);
  const { id, callbackSecrets } = await ensureRow(base.db, base.sealer, {
    name: FIRST_NAME,
    keys: [
      key('development', keys.key, ['generate', 'read']),
      key('development admin', keys.admin_key, SCOPES),
    ],
    callbackSecret: keys.callback_secret,
    points: FIRST_POINTS,
    now: Date.now(),
  });
  // The database decides: a rotation replaces the secret, and an older folder's stays when keys.json was lost.
  const inForce = { ...keys, callback_secret: callbackSecrets[0] ?? keys.callback_secret };
  if (inForce.callback_secret !== keys.callback_secret) saveKeys(data, inForce);
  return { workspaceId: id, keys: inForce };
}

function key(name: string, text: string, scopes: readonly (typeof SCOPES)[number][]) {
  return { name, prefix: text.slice(0, 16), hash: keyHash(text), scopes };
}
