/** A base URL that the vendor gives its customers. */
export interface ProviderAddress {
  /** The text that goes into `baseUrl`, such as `https://ark.cn-beijing.volces.com/api/v3`. */
  url: string;
  /** Whose it is: `Volcengine Ark (mainland China)`. */
  where: string;
  /** What ids of models begin with there; absent where every id is known. */
  ids?: readonly string[];
}

/** Lists them for whoever wrote another: `https://... of Kling (mainland China), https://... of ...`. */
export const addressesInWords = (addresses: readonly ProviderAddress[]): string =>
  addresses.map(({ url, where }) => `${url} of ${where}`).join(', ');

/** Returns the vendor's address on the same host; undefined for a proxy, a mirror or a slip of the pen. */
export function addressOf(
  addresses: readonly ProviderAddress[],
  baseUrl: string,
): ProviderAddress | undefined {
  const { host } = new URL(baseUrl);
  return addresses.find(({ url }) => new URL(url).host === host);
}
