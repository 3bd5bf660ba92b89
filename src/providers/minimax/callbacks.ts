import { z } from 'zod';
import type { Operation } from '../../core/job/outcome';
import { jsonOf } from '../../core/provider/exchange';
import { id, type WIRES } from './schema';

/**
 * Callbacks come unsigned. Before the first one MiniMax posts a question, `{"challenge":"abc"}`, and wants its word back
 * within three seconds; who does not answer hears nothing more, and the create that named the address says nothing of it.
 */

const WORD_LENGTH_MAX = 1_000;
const challengeSchema = z.object({ challenge: z.string().min(1).max(WORD_LENGTH_MAX) });

/** Answers the question; undefined for a callback about a task, which wants no answer. */
export function answerCallback(body: Uint8Array): unknown {
  return challengeSchema.safeParse(jsonOf({ body })).data;
}

/** The older wire posts what its look shows, the newer one too, in its envelope or without it [?]. */
const callbackSchema = z.union([
  z.object({ task_id: id }).transform(({ task_id }) => task_id),
  z.object({ task: z.object({ id }) }).transform(({ task }) => task.id),
  z.object({ id, status: z.string() }).transform((task) => task.id),
]);

/** Reads which task a callback of that wire is about. */
export function readCallback(
  body: Uint8Array,
  wire: (typeof WIRES)[number],
): { operation: Operation } | undefined {
  const { data: taskId } = callbackSchema.safeParse(jsonOf({ body }));
  return taskId === undefined ? undefined : { operation: { wire, taskId } };
}
