import type { NewSimulatedJob } from '../contract';

/** A refusal is a provider's "no", before it has a request id and the provider's own shape. */
export interface Refusal {
  /** The HTTP status. */
  status: number;
  /** The provider's own error code: `InvalidParameter`, 1201. */
  code: string | number;
  message: string;
  /** The parameter at fault, for a provider whose error shape has a field for it. */
  param?: string;
}

/** A create body is refused, or becomes a job that lacks only its id and its account. */
export type Admission = { refused: Refusal } | { task: NewTask };

export type NewTask = Omit<NewSimulatedJob, 'id' | 'account'>;

/** Names the first thing that one of the checks refuses; undefined where all of them pass. */
export function firstRefusal<Asked>(
  checks: readonly ((asked: Asked) => Refusal | undefined)[],
  asked: Asked,
): Refusal | undefined {
  for (const check of checks) {
    const refused = check(asked);
    if (refused) return refused;
  }
  return undefined;
}
