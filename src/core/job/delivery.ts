import type { TraceContext } from './trace';

/** A delivery is one message to one callback URL; its tries are what was sent and how it was answered. */
export interface DeliveryRow {
  id: string;
  workspaceId: string;
  jobId: string;
  eventId: string;
  url: string;
  body: Uint8Array;
  contentType: string;
  state: 'pending' | 'delivered' | 'failed';
  /** Tries up to this number belong to earlier rounds; a redelivery begins the schedule anew. */
  triesBefore: number;
  /** The place of its job in a trace. */
  trace?: TraceContext | undefined;
  /** The `X-Request-Id` of the request that made its job; absent where a workflow asked. */
  requestId?: string | undefined;
}

/**
 * Why a message is not tried any more: a 2xx, the end of the schedule, a 410, an address that may not be asked, an
 * operator's or a workflow's stop.
 */
export const DELIVERY_ENDS = ['delivered', 'gave_up', 'gone', 'blocked', 'stopped'] as const;
export type DeliveryEnd = (typeof DELIVERY_ENDS)[number];

export interface TryResult {
  status: number | undefined;
  /** A class such as `timeout`, `connect`, `blocked`; undefined for an HTTP answer. */
  error: string | undefined;
  durationMs: number;
  excerpt: string;
}
