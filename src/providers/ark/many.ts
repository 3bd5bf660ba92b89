import { z } from 'zod';
import { jsonCall, jsonOf } from '../../core/provider/exchange';
import type { ManyLooks } from '../../core/provider/provider';
import { isSuccess } from '../kit';
import { createReplySchema, pathOf } from './schema';
import { operationId } from './translate';

/**
 * Ark's list of tasks, asked for the tasks of ours that are looked at. It shows the tasks of the last seven days and, as
 * it is asked here, those of the tier "default". No page says how many ids it takes [?]; a page of it has up to 500 tasks.
 */

/** About 2 KB of path, which every proxy takes. */
const IDS_MAX = 50;

const listSchema = z.object({ items: z.array(z.unknown()) });

export const many: ManyLooks = {
  max: IDS_MAX,
  poll(operations) {
    const query = new URLSearchParams({ page_size: String(operations.length) });
    for (const operation of operations) query.append('filter.task_ids', operationId(operation));
    return jsonCall('GET', `${pathOf()}?${query.toString()}`);
  },
  split(reply, operations) {
    const list = isSuccess(reply) ? listSchema.safeParse(jsonOf(reply)).data : undefined;
    if (!list) return undefined;
    const tasks = new Map(
      list.items.flatMap((task) => {
        const { data } = createReplySchema.safeParse(task);
        return data ? [[data.id, task]] : [];
      }),
    );
    return operations.map((operation) => {
      const task = tasks.get(operationId(operation));
      return task === undefined
        ? undefined
        : { ...reply, body: new TextEncoder().encode(JSON.stringify(task)) };
    });
  },
};
