import type { PointsLine } from './lines-in-points';
import type { AppliedRequest } from '../request/request';

export interface Quote {
  /** Binds price and request until `expiresAt`, Unix milliseconds. */
  id: string;
  expiresAt: number;
  /** Micro-points. */
  price: bigint;
  /** What the price is made of, in points. */
  lines: readonly PointsLine[];
  applied: AppliedRequest;
  /** The first choice's own id of the model. */
  providerModel: string;
}
