import type { Quote } from '../money/quote';
import type { Headers } from '../provider/exchange';

/** What a create would do: its price, and what would be sent to whom. Nothing is stored, held or sent. */
export interface Preview {
  /** Public name of the model. */
  model: string;
  quote: Quote;
  /** One for each channel that can make the video, in the order of the config. */
  sends: readonly PlannedSend[];
}

/** The request that a provider would get, without any credential: those are added as the last step before the wire. */
export interface PlannedSend {
  channel: string;
  provider: string;
  /** The provider's own id of the model. */
  model: string;
  method: string;
  /** Relative to the channel's base URL, which is the operator's to know. */
  path: string;
  headers: Headers;
  /** JSON where it is JSON, else text. A file stands in it as `<image/png, 12345 bytes>`. */
  body: unknown;
}
