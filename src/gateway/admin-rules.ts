import type { ConfigControl } from '../core/ports/gateway/config';
import type { AdminRows, AdminStore } from '../core/ports/store/admin';
import type { Mint } from '../core/operator/mint';
import type { Workspace } from '../core/operator/admin';
import type { OnceOptions } from '../core/operator/once';
import type { Catalog } from '../core/catalog/catalog';
import type { Answer } from '../core/api/answer';
import { GatewayError, invalid } from '../core/errors';
import { readId } from '../core/job/ids';
import { idempotencyMismatch, markReplayed } from './replay';

/** What the use cases for workspaces and for keys have in common. */
export interface AdminDeps {
  store: { admin: AdminStore };
  catalog: Catalog;
  mint: Mint;
  config: ConfigControl;
  now(): number;
}

/**
 * Makes what an operator asked for in one transaction with the idempotency row. The answer is rendered there too, so
 * that a repeat gets the same bytes.
 */
export async function answerOnce<Made>(
  { store, now }: Pick<AdminDeps, 'store' | 'now'>,
  { principal, idempotency, render }: OnceOptions<Made>,
  make: (rows: AdminRows) => Promise<Made>,
): Promise<Answer> {
  const asked = { workspaceId: principal.workspaceId, idempotency, now: now() };
  const done = await store.admin.once(asked, async (rows) => render(await make(rows)));
  switch (done.kind) {
    case 'made':
      return done.answer;
    case 'replayed':
      return markReplayed(done.answer);
    case 'mismatch':
      throw idempotencyMismatch();
  }
}

export async function workspaceOf(
  rows: Pick<AdminRows, 'workspace'>,
  id: string,
): Promise<Workspace> {
  const uuid = readId(id);
  const workspace = uuid && (await rows.workspace(uuid));
  if (!workspace) throw noWorkspace();
  return workspace;
}

/** Refuses a group that no model names: its keys could do nothing. */
export function checkGroup(catalog: Catalog, group: string): void {
  const groups = catalog.groups();
  if (!groups.includes(group)) throw invalid('group', 'no model is in this group', groups);
}

/**
 * Reads the id of the item after which a page begins. Throws `invalid_request` where `find` knows none of that id: an empty
 * page would be taken for the end of the list.
 */
export async function readCursor(
  after: string | undefined,
  find: (id: string) => Promise<unknown>,
): Promise<string | undefined> {
  if (after === undefined) return undefined;
  const id = readId(after);
  if (!id || (await find(id)) === undefined) throw invalid('after', 'is the id of nothing here');
  return id;
}

export function stillRotating(): GatewayError {
  return new GatewayError('conflict', {
    message:
      'The secret before this one still works, and would end at once. ' +
      'Wait for its end, or send "force": true.',
  });
}

export const noWorkspace = (): GatewayError =>
  new GatewayError('not_found', { message: 'There is no such workspace.' });
