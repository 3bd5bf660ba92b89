import { z } from 'zod';

const HERE = ['localhost', '127.0.0.1', '[::1]'];

/**
 * The schema of origins of web pages, as a browser writes them in `Origin` (RFC 6454, section 6.2):
 * `https://app.example:8443`, in small letters and without a path. Plain http is taken for this machine alone.
 */
export const corsOriginsSchema = z
  .array(
    z.string().refine(isOrigin, {
      error:
        'must be an origin such as "https://app.example", without a path (http for localhost alone)',
    }),
    { error: 'must be a list of origins such as "https://app.example"' },
  )
  .max(100, 'must have at most 100 origins')
  .default([])
  .describe(
    'Origins of web pages that may read answers of this gateway in a browser, but for the admin API; none unless named. No cookie is ever read.',
  );

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { origin, protocol, hostname } = new URL(text);
  return origin === text && (protocol === 'https:' || HERE.includes(hostname));
}
