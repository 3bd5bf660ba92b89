import type { Admin } from '../core/operator/admin';
import { GatewayError } from '../core/errors';
import { newId } from '../core/job/ids';
import type { Store } from '../core/ports/store/store';
import { keyAdmin } from './admin-keys';
import { createBookings } from './bookings';
import {
  answerOnce,
  checkGroup,
  noWorkspace,
  readCursor,
  stillRotating,
  workspaceOf,
} from './admin-rules';
import type { AdminDeps } from './admin-rules';
import { createOperations } from './operations';
import type { OperationsDeps } from './operations';

const GROUP = 'default';

export function createAdmin(
  deps: AdminDeps & OperationsDeps & { store: Pick<Store, 'margins'> },
): Admin {
  const { store, catalog, mint, config, now } = deps;
  return {
    ...keyAdmin(deps),
    ...createOperations(deps),
    ...createBookings(deps),
    config: () => config.status(),
    reloadConfig: () => config.reload(),
    async margins({ workspaceId, ...query }) {
      if (workspaceId === undefined) return store.margins.margins(query);
      const { id } = await workspaceOf(store.admin, workspaceId);
      return store.margins.margins({ ...query, workspaceId: id });
    },
    async workspaces(page) {
      const after = await readCursor(page.after, (id) => store.admin.workspace(id));
      return store.admin.workspaces({ ...page, after });
    },
    workspace: (id) => workspaceOf(store.admin, id),
    createWorkspace: ({ name, group = GROUP }, once) =>
      answerOnce(deps, once, async (rows) => {
        checkGroup(catalog, group);
        const callbackSecret = mint.callbackSecret();
        const row = { id: newId(), name, group, callbackSecret, now: now() };
        const workspace = await rows.addWorkspace(row);
        if (!workspace) throw nameTaken(name);
        return { workspace, callbackSecret };
      }),
    async changeWorkspace(principal, id, change) {
      const { id: workspaceId } = await workspaceOf(store.admin, id);
      if (change.isDisabled && workspaceId === principal.workspaceId) {
        throw notDisabled('the workspace of the key that asks; use one of another');
      }
      if (change.isDisabled && (await store.admin.isFirstWorkspace(workspaceId))) {
        throw notDisabled('the first workspace of this installation, whose keys a start prints');
      }
      if (change.group !== undefined) checkGroup(catalog, change.group);
      const changed = await store.admin.changeWorkspace(workspaceId, change, now());
      if (changed === 'name_taken') throw nameTaken(change.name ?? '');
      if (!changed) throw noWorkspace();
      return changed;
    },
    rotateCallbackSecret: (id, rotation, once) =>
      answerOnce(deps, once, async (rows) => {
        const { id: workspaceId } = await workspaceOf(rows, id);
        const secret = mint.callbackSecret();
        const done = await rows.replaceCallbackSecret(workspaceId, secret, rotation, now());
        if (done === 'rotating') throw stillRotating();
        return { workspaceId, secret, ...done };
      }),
  };
}

const notDisabled = (what: string): GatewayError =>
  new GatewayError('conflict', { param: 'disabled', message: `disabled: this is ${what}.` });

const nameTaken = (name: string): GatewayError =>
  new GatewayError('conflict', {
    param: 'name',
    message: `name: another workspace is called "${name}".`,
  });
