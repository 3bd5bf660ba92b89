import { given } from '../core/json/fields';
import type { Admin, Key, KeySettings } from '../core/operator/admin';
import type { AdminRows } from '../core/ports/store/admin';
import { GatewayError, invalid } from '../core/errors';
import { newId, readId } from '../core/job/ids';
import { answerOnce, checkGroup, readCursor, stillRotating, workspaceOf } from './admin-rules';
import type { AdminDeps } from './admin-rules';

type KeyAdmin = Pick<Admin, 'keys' | 'key' | 'createKey' | 'changeKey' | 'revokeKey' | 'rotateKey'>;

export function keyAdmin(deps: AdminDeps): KeyAdmin {
  const { store, mint, now } = deps;
  return {
    async keys(id, page) {
      const { id: workspaceId } = await workspaceOf(store.admin, id);
      const after = await readCursor(page.after, async (keyId) => {
        const key = await store.admin.key(keyId, now());
        return key?.workspaceId === workspaceId ? key : undefined;
      });
      return store.admin.keys(workspaceId, { ...page, after }, now());
    },
    key: (id) => keyOf(store.admin, id, now()),
    createKey: (id, settings, once) =>
      answerOnce(deps, once, async (rows) => {
        const workspace = await workspaceOf(rows, id);
        check(deps, settings, workspace.group);
        const minted = mint.key();
        const keyId = newId();
        await rows.addKey({ ...settings, id: keyId, workspaceId: workspace.id }, minted, now());
        return { key: await keyOf(rows, keyId, now()), secret: minted.key };
      }),
    async changeKey(principal, id, change) {
      const key = await keyOf(store.admin, id, now());
      if (key.id === principal.keyId) checkKeepsAdmin(key, change);
      const workspace = await workspaceOf(store.admin, key.workspaceId);
      check(deps, { ...unchanged(key, change), ...change }, workspace.group);
      await store.admin.changeKey(key.id, change);
      return keyOf(store.admin, key.id, now());
    },
    async revokeKey(principal, id) {
      const key = await keyOf(store.admin, id, now());
      if (key.id === principal.keyId) throw lockOut(undefined);
      await store.admin.revokeKey(key.id, now());
      return keyOf(store.admin, key.id, now());
    },
    rotateKey: (id, rotation, once) =>
      answerOnce(deps, once, async (rows) => {
        const key = await keyOf(rows, id, now());
        checkAlive(key, now());
        const minted = mint.key();
        const done = await rows.replaceKeySecret(key.id, minted, rotation, now());
        if (done === 'rotating') throw stillRotating();
        return { key: await keyOf(rows, key.id, now()), secret: minted.key };
      }),
  };
}

async function keyOf(rows: Pick<AdminRows, 'key'>, id: string, now: number): Promise<Key> {
  const uuid = readId(id);
  const key = uuid && (await rows.key(uuid, now));
  if (!key) throw new GatewayError('not_found', { message: 'There is no such key.' });
  return key;
}

/**
 * Returns what else of a key is checked with a change. What was set before is checked again only where the change
 * touches it: a catalog may have moved on since.
 */
function unchanged(key: Key, change: Partial<KeySettings>): Partial<KeySettings> {
  return change.group === undefined && change.models === undefined
    ? {}
    : { group: key.group, models: key.models };
}

function check(
  { catalog, now }: AdminDeps,
  { group, models, expiresAt }: Partial<KeySettings>,
  workspaceGroup: string,
): void {
  if (typeof group === 'string') checkGroup(catalog, group);
  if (models) {
    const access = { group: group ?? workspaceGroup, models: null };
    const names = catalog.list(access).map(({ entry }) => entry.name);
    const odd = models.find((name) => !names.includes(name));
    if (odd !== undefined) {
      throw invalid('models', `group "${access.group}" has no "${odd.slice(0, 100)}"`, names);
    }
  }
  if (typeof expiresAt === 'number' && expiresAt <= now()) {
    throw invalid('expires_at', 'is in the past; DELETE revokes a key');
  }
}

/**
 * Throws `conflict` where the key that asks would lose `admin` or end sooner. Nobody locks himself out: perhaps there
 * is no other key that could let him in again.
 */
function checkKeepsAdmin(key: Key, { scopes, expiresAt }: Partial<KeySettings>): void {
  if (scopes && !scopes.includes('admin')) throw lockOut('scopes');
  const isSooner = typeof expiresAt === 'number' && expiresAt < (key.expiresAt ?? Infinity);
  if (isSooner) throw lockOut('expires_at');
}

const lockOut = (param: string | undefined): GatewayError =>
  new GatewayError('conflict', {
    ...given({ param }),
    message: `${param === undefined ? '' : `${param}: `}this is the key that asks; use another key with "admin".`,
  });

function checkAlive(key: Key, now: number): void {
  const hasExpired = key.expiresAt !== null && key.expiresAt <= now;
  if (key.revokedAt === null && !hasExpired) return;
  throw new GatewayError('conflict', {
    message: `The key ${key.revokedAt === null ? 'has expired' : 'is revoked'}; make a new one.`,
  });
}
