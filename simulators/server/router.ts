/** Finds the provider's route of a path. Segments are decoded one by one, so an id may hold an encoded slash. */
export function matchRoute<Route extends { method: string; path: string }>(
  routes: readonly Route[],
  method: string,
  path: string,
): { route: Route; params: Record<string, string> } | 'not-found' | 'method-not-allowed' {
  const segments = decodeSegments(path);
  if (!segments) return 'not-found';
  const matches = routes.flatMap((route) => {
    const params = paramsOf(route.path.split('/'), segments);
    return params ? [{ route, params }] : [];
  });
  const match = matches.find(({ route }) => route.method === method);
  return match ?? (matches.length > 0 ? 'method-not-allowed' : 'not-found');
}

function decodeSegments(path: string): string[] | undefined {
  const segments = path.split('/').flatMap((segment) => decodeSegment(segment) ?? []);
  return segments.length === path.split('/').length ? segments : undefined;
}

/** Decodes one segment, `a%2Fb`. Undefined for what is no percent-encoding. */
export function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

function paramsOf(
  pattern: readonly string[],
  segments: readonly string[],
): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith(':') && segment !== '') params[part.slice(1)] = segment;
    else if (part !== segment) return undefined;
  }
  return params;
}
