import { hostOf, isPublicHost, parseUrl, shapeProblem } from './guard';
import { judge } from './target';
import type { UrlRules } from './target';

/** Longer than this is no callback URL anybody typed. */
const CALLBACK_URL_CHARS_MAX = 2_048;

/** The rules of a gateway whose operator allows no host of his own. */
export const NO_OWN_HOSTS: UrlRules = { callbackHosts: new Set(), allowHttp: false };

/** Says why nothing is delivered to that URL; undefined where nothing in it speaks against it. */
export function callbackProblem(url: string, rules: UrlRules): string | undefined {
  if (url.length > CALLBACK_URL_CHARS_MAX) {
    return `must not be longer than ${String(CALLBACK_URL_CHARS_MAX)} characters`;
  }
  const target = judge(url, { callback: true }, rules);
  return target.ok ? undefined : target.problem + localHint(url);
}

/** A host of one's own is what everybody tries first, so its refusal says who can allow it, and how. */
function localHint(text: string): string {
  const url = parseUrl(text);
  if (!url || shapeProblem(url) !== undefined || isPublicHost(hostOf(url))) return '';
  return `; for development, an operator allows this host with --allow-callbacks-to ${url.hostname}`;
}
