import type { Principal } from '../../api/principal';
import type { RoutedModel } from '../../catalog/catalog';
import type { Headers } from '../../provider/exchange';
import type { PriceRange } from '../../money/price-range';
import type { Quote } from '../../money/quote';
import type { Draft } from '../../request/draft';

/** What a caller may ask for, and what it would cost. */
export interface Models {
  models(principal: Principal): readonly RoutedModel[];
  /** Returns the headers that tell when the model, by its name or an alias, is taken out of use; often none. */
  notices(principal: Principal, model: string): Headers;
  /** Returns what the videos of such a model cost this caller: the cheapest and the dearest that it offers. */
  priceRange(principal: Principal, model: RoutedModel): PriceRange;
  /** Returns what `create` would hold and do, by the same function; nothing is stored and no balance is asked for. */
  quote(principal: Principal, draft: Draft): Promise<Quote>;
}
