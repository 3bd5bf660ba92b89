/**
 * What an operator says of a channel in words of its provider: `{ "multipart": false }`. They decide how its wire is spoken
 * and are no secret; the provider's own schema (`Provider.options`) has read them.
 */
export type ChannelOptions = Readonly<Record<string, unknown>>;

/** The options of a channel that has none. */
export const NO_OPTIONS: ChannelOptions = {};
