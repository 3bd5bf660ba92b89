import { sign } from '../src/callbacks/sign';
import type { CallResult } from '../src/core/ports/outbound';
import type { DeliveryEnd, DeliveryRow, TryResult } from '../src/core/job/delivery';
import { deliveryDelayMs, readRetryAfter } from '../src/core/schedules';
import type { ActivityDeps } from './deps';
import type { PlaceName } from './places';

/** How one try went: what follows from it, in data and in plain words for people. */
export interface Try {
  result: CallResult;
  next: Step;
  said: string;
}

/**
 * Makes one try of one message: its row is written before the request and completed after it; a crash between leaves
 * a visible unknown try, and the message is sent again under the same id (at least once, said openly).
 */
export async function tryOnce(
  deps: ActivityDeps,
  delivery: DeliveryRow,
  how: { secrets: string[]; timeoutMs: number },
): Promise<Try> {
  const number = await deps.store.deliveries.beginTry(delivery.id, deps.now());
  const startedAt = deps.now();
  const result = await sendMessage(deps, delivery, how);
  const next = newTryStep(deps, number - delivery.triesBefore, result);
  const end = 'end' in next ? next.end : undefined;
  const outcome = { durationMs: deps.now() - startedAt, ...tried(deps, result) };
  await deps.store.deliveries.endTry(delivery.id, number, outcome, end, deps.now());
  return { result, next, said: logTry(deps, delivery, { number, result, next }) };
}

/** Lists the places of a try: those of its host and workspace, so that receivers that hang take only their own, and `all`. */
export const tryPlaces = (
  { limits }: Pick<ActivityDeps, 'limits'>,
  { url, workspaceId }: DeliveryRow,
  all: PlaceName,
): PlaceName[] => [
  { name: `deliveries to ${hostOf(url)}`, max: limits.deliveriesPerHost },
  { name: `deliveries of ${workspaceId}`, max: limits.deliveriesPerWorkspace },
  all,
];

/** What is no URL any more is refused by the try itself. */
export const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);

/** One line for each try that failed, so that nobody has to ask the database; answers the same in plain words. */
function logTry(
  { log, now }: Pick<ActivityDeps, 'log' | 'now'>,
  delivery: DeliveryRow,
  { number, result, next }: { number: number; result: CallResult; next: Step },
): string {
  const { id: deliveryId, jobId, requestId, url } = delivery;
  const eventId = eventName(delivery.eventId);
  const outcome = outcomeOf(result);
  const line = {
    ...{ jobId, requestId, deliveryId, eventId },
    ...{ host: hostOf(url), tryNumber: number, outcome },
  };
  const words = `${outcome} (try ${String(number)} of ${eventId} for job ${jobId})`;
  if ('delayMs' in next) {
    const nextTryAt = new Date(now() + next.delayMs).toISOString();
    log.warn({ ...line, nextTryAt }, 'a callback was not taken; it is tried again');
    return `${words}; next try at ${nextTryAt}`;
  }
  if (next.end === 'delivered') return words;
  log.error(
    { ...line, because: next.end },
    'a callback was given up; it is sent again only by hand',
  );
  return `${words}; given up`;
}

/** `HTTP 500`, or `timeout: there was no complete reply before the deadline`; never a URL or a body. */
const outcomeOf = (result: CallResult): string =>
  result.kind === 'reply'
    ? `HTTP ${String(result.reply.status)}`
    : `${result.reason}: ${result.detail}`;

/** Sends a message to its URL, signed now over the bytes of its body. */
export async function sendMessage(
  deps: Pick<ActivityDeps, 'outbound' | 'now' | 'limits'>,
  delivery: Pick<DeliveryRow, 'eventId' | 'url' | 'contentType' | 'body'>,
  { secrets, timeoutMs }: { secrets: string[]; timeoutMs: number },
): Promise<CallResult> {
  const signed = sign({
    id: eventName(delivery.eventId),
    timestamp: Math.floor(deps.now() / 1_000),
    body: delivery.body,
    secrets,
  });
  return deps.outbound.call(
    {
      method: 'POST',
      target: { url: delivery.url },
      headers: { 'content-type': delivery.contentType, ...signed },
      body: delivery.body,
    },
    {
      callback: true,
      deadlineAt: deps.now() + timeoutMs,
      replyBytesMax: deps.limits.replyBytesMax,
    },
  );
}

/** Stays the same over every retry and replay: the receiver's idempotency key. */
export const eventName = (eventId: string): string => `evt_${eventId.replaceAll('-', '')}`;

type Step = { end: DeliveryEnd; delayMs?: never } | { end?: never; delayMs: number };

/**
 * 2xx is success, 410 and a blocked address end it, everything else is tried again by the schedule. `number` counts
 * from 1 in this round of tries.
 */
export function newTryStep(deps: ActivityDeps, number: number, result: CallResult): Step {
  if (result.kind === 'not_sent' && result.reason === 'blocked') return { end: 'blocked' };
  const status = result.kind === 'reply' ? result.reply.status : undefined;
  if (status !== undefined && status >= 200 && status < 300) return { end: 'delivered' };
  if (status === 410) return { end: 'gone' };
  const retryAfterMs =
    result.kind === 'reply'
      ? readRetryAfter(result.reply.headers['retry-after'], deps.now())
      : undefined;
  const delayMs = deliveryDelayMs(
    deps.waits.deliverySchedule,
    number + 1,
    deps.random(),
    retryAfterMs,
  );
  return delayMs === undefined ? { end: 'gave_up' } : { delayMs };
}

function tried(deps: ActivityDeps, result: CallResult): Omit<TryResult, 'durationMs'> {
  if (result.kind !== 'reply') return { status: undefined, error: result.reason, excerpt: '' };
  const { reply } = result;
  const excerpt = Buffer.from(reply.body).subarray(0, deps.limits.excerptBytesMax).toString('utf8');
  // Postgres text holds no NUL.
  return {
    status: reply.status,
    error: undefined,
    excerpt: excerpt.replaceAll('\0', ''),
  };
}
