import { ServiceError, isGrpcServiceError } from '@temporalio/client';
import { reasonOf } from '../host/reason';

/** The statuses of gRPC that we tell apart. */
const STATUS = {
  4: 'DEADLINE_EXCEEDED',
  5: 'NOT_FOUND',
  6: 'ALREADY_EXISTS',
  7: 'PERMISSION_DENIED',
  8: 'RESOURCE_EXHAUSTED',
  12: 'UNIMPLEMENTED',
  14: 'UNAVAILABLE',
  16: 'UNAUTHENTICATED',
} as const;

export type EngineStatus = (typeof STATUS)[keyof typeof STATUS] | 'OTHER';

/**
 * Returns the engine's status for a failed call, such as `NOT_FOUND`; undefined for an error that is not the engine's
 * answer.
 */
export function statusOf(error: unknown): EngineStatus | undefined {
  const call = error instanceof ServiceError ? error.cause : error;
  if (!isGrpcServiceError(call)) return undefined;
  const names: Readonly<Record<number, EngineStatus>> = STATUS;
  return names[call.code] ?? 'OTHER';
}

/**
 * Says whether the engine refuses to be prepared: hosted engines let nobody change namespaces over this API, and are
 * prepared by other means.
 */
export function isRefusal(error: unknown): boolean {
  const status = statusOf(error);
  return status === 'PERMISSION_DENIED' || status === 'UNIMPLEMENTED';
}

/** Says what went wrong, without a stack or the name of a class. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ServiceError && error.cause) return sentenceOf(error.cause);
  if (isGrpcServiceError(error)) return error.details || error.message;
  return reasonOf(error);
}
