import type { Admin } from '../core/operator/admin';
import type { Principal } from '../core/api/principal';
import type { Jobs } from '../core/ports/gateway/jobs';
import type { Shortage } from '../core/ports/store/jobs';
import { noPoints } from './shortage';
import type { GatewayDeps } from './deps';

/**
 * Asks for points before a body is read, at the cost of a look into memory: who has any at all is remembered for a
 * moment. Only the transaction of a create knows whether they are enough.
 */
export interface Funds {
  check: Jobs['checkFunds'];
  /** Calls of `admin` that add points are seen at once by this process, and by others when the moment is over. */
  watched(admin: Admin): Admin;
}

const REMEMBERED_MAX = 10_000;

export function createFunds({
  store,
  catalog,
  now,
  waits: { fundsMs },
}: Pick<GatewayDeps, 'store' | 'catalog' | 'now' | 'waits'>): Funds {
  const remembered = new Map<string, { short: Shortage | undefined; until: number }>();
  const emptyOf = async (principal: Principal): Promise<Shortage | undefined> => {
    const name = `${principal.workspaceId} ${principal.keyId ?? ''}`;
    const known = remembered.get(name);
    if (known && known.until > now()) return known.short;
    const short = await store.jobs.shortOf(principal, { price: LEAST_PRICE, now: now() });
    if (remembered.size >= REMEMBERED_MAX) remembered.clear();
    remembered.set(name, { short, until: now() + fundsMs });
    return short;
  };
  const forgetting =
    <Args extends unknown[], Result>(change: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      const result = await change(...args);
      remembered.clear();
      return result;
    };
  return {
    async check(principal, idempotencyKey) {
      const mayUseFree = catalog.list(principal).some(({ entry }) => 'free' in entry.price);
      if (mayUseFree) return;
      const short = await emptyOf(principal);
      if (!short) return;
      const { workspaceId } = principal;
      const isRepeat =
        idempotencyKey !== undefined &&
        (await store.jobs.isKeyUsed(workspaceId, idempotencyKey, now()));
      if (!isRepeat) throw noPoints(short);
    },
    watched: (admin) => ({
      ...admin,
      topUp: forgetting(admin.topUp),
      adjust: forgetting(admin.adjust),
      refund: forgetting(admin.refund),
      changeKey: forgetting(admin.changeKey),
      changeWorkspace: forgetting(admin.changeWorkspace),
    }),
  };
}

/** Micro-points. */
const LEAST_PRICE = 1n;
