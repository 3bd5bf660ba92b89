import type { Provider, RetiredModel } from './provider';

/** Returns what is known of a model that is gone at that address; undefined for one that is served there. */
export function retiredAt(
  { retired = {} }: Pick<Provider, 'retired'>,
  model: string,
  baseUrl: string,
): RetiredModel | undefined {
  const gone = Object.hasOwn(retired, model) ? retired[model] : undefined;
  const isHere = gone?.hosts === undefined || gone.hosts.includes(new URL(baseUrl).host);
  return isHere ? gone : undefined;
}

/** Says whether a model is gone wherever its wire is spoken. */
export const isGone = ({ retired = {} }: Pick<Provider, 'retired'>, model: string): boolean =>
  Object.hasOwn(retired, model) && retired[model]?.hosts === undefined;
