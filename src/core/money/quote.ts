import type { AppliedRequest } from '../request/request';

export interface Quote {
  /** Binds price and request until `expiresAt`, Unix milliseconds. */
  id: string;
  expiresAt: number;
  /** Micro-points. */
  price: bigint;
  applied: AppliedRequest;
  /** The first choice's own id of the model. */
  providerModel: string;
}
