import { jsonCall, jsonOf } from '../../../core/provider/exchange';
import type { ManyLooks } from '../../../core/provider/provider';
import { listOf, operationId, tasksOf } from './looks';
import { lookPathOf, TASKS } from './schema';

/** Twenty ids were taken by the real service, and no more; no page says a number. */
const IDS_MAX = 20;

/** The newer wire's list, asked for many tasks at once. The older wire has no such call. */
export const many: ManyLooks = {
  max: IDS_MAX,
  shows: ({ kind }) => kind === TASKS,
  poll: (operations) => jsonCall('GET', lookPathOf('task_ids', operations.map(operationId))),
  split(reply, operations) {
    const list = listOf(reply);
    if (!list) return undefined;
    const entries = new Map(
      list.flatMap((entry) => tasksOf([entry]).map(({ id }) => [id, entry] as const)),
    );
    const envelope = jsonOf(reply) as object; // a reply with a list is an object
    return operations.map((operation) => {
      const entry = entries.get(operationId(operation));
      if (entry === undefined) return undefined;
      const alone = JSON.stringify({ ...envelope, data: [entry] });
      return { ...reply, body: new TextEncoder().encode(alone) };
    });
  },
};
