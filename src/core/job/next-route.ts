import type { FrozenRoute } from './job';

/** A way with its place in the job's list, from 1: attempts are numbered by it. */
export interface NumberedRoute {
  number: number;
  route: FrozenRoute;
}

/**
 * Returns the way that is tried when the one of that number took nothing: the next in the list. Those for a job that was
 * lost come after all others, and are reached by nobody who has not lost it.
 */
export function nextRoute(
  { routes }: { routes: readonly FrozenRoute[] },
  number: number,
): FrozenRoute | undefined {
  const next = routes[number];
  return next?.resubmit === true && routes[number - 1]?.resubmit !== true ? undefined : next;
}

/**
 * Returns the way by which a job is made again that its server has lost. Undefined where the server is not the operator's
 * own, since a provider may have rendered what was paid for (P1 "one submit"), and where it was lost often enough.
 */
export function resubmitRoute(
  { routes }: { routes: readonly FrozenRoute[] },
  lost: number,
): NumberedRoute | undefined {
  if (routes[lost - 1]?.selfHosted !== true) return undefined;
  const at = routes.findIndex(({ resubmit }, index) => index >= lost && resubmit === true);
  const route = routes[at];
  return route && { number: at + 1, route };
}

/**
 * Adds the ways for a job that is lost: so many times one of the operator's own servers, beginning with another one than
 * the job is sent to first.
 */
export function withResubmits(
  routes: readonly [FrozenRoute, ...FrozenRoute[]],
  resubmits: number,
): [FrozenRoute, ...FrozenRoute[]] {
  const own = routes.filter(({ selfHosted }) => selfHosted === true);
  const [first] = routes;
  const turned = own[0] === first ? [...own.slice(1), ...own.slice(0, 1)] : own;
  const more = Array.from({ length: own.length === 0 ? 0 : resubmits }, (_, index) => ({
    // Sound: there is one at least.
    ...(turned[index % turned.length] as FrozenRoute),
    resubmit: true as const,
  }));
  return [...routes, ...more];
}
