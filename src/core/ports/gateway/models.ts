import type { Principal } from '../../api/principal';
import type { RoutedModel } from '../../catalog/catalog';
import type { Quote } from '../../money/quote';
import type { Draft } from '../../request/draft';

/** What a caller may ask for, and what it would cost. */
export interface Models {
  models(principal: Principal): readonly RoutedModel[];
  /** Returns what `create` would hold and do, by the same function; nothing is stored and no balance is asked for. */
  quote(principal: Principal, draft: Draft): Promise<Quote>;
}
