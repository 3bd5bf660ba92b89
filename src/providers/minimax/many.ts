import { z } from 'zod';
import { jsonCall, jsonOf } from '../../core/provider/exchange';
import type { ManyLooks } from '../../core/provider/provider';
import { isSuccess } from '../kit';
import { id, QUERY } from './schema';
import { operationId } from './translate';

/** No page says how many ids it takes; a page of the list has up to twenty tasks unless asked for more [?]. */
const IDS_MAX = 20;

const listSchema = z.object({ items: z.array(z.unknown()) });
const namedSchema = z.object({ id });

/** The newer wire's list of the tasks of the last seven days. The older wire has none. */
export const many: ManyLooks = {
  max: IDS_MAX,
  shows: ({ wire }) => wire === 'h3',
  poll(operations) {
    const query = new URLSearchParams({ page_num: '1', page_size: String(operations.length) });
    for (const operation of operations) query.append('filter.task_ids', operationId(operation));
    return jsonCall('GET', `${QUERY}?${query.toString()}`);
  },
  split(reply, operations) {
    const list = isSuccess(reply) ? listSchema.safeParse(jsonOf(reply)).data : undefined;
    if (!list) return undefined;
    const tasks = new Map(
      list.items.flatMap((task) => {
        const { data } = namedSchema.safeParse(task);
        return data ? [[data.id, task] as const] : [];
      }),
    );
    return operations.map((operation) => {
      const task = tasks.get(operationId(operation));
      if (task === undefined) return undefined;
      return { ...reply, body: new TextEncoder().encode(JSON.stringify({ task })) };
    });
  },
};
