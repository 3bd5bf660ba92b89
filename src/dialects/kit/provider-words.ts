import type { Failure } from '../../core/errors';
import type { Job } from '../../core/job/job';

/**
 * Returns what a provider said of a request, as its caller may read it, or undefined where nothing is left that he can
 * use. `"The image is too small (request id: 0217...)"` with `{code: 'InvalidParameter'}` becomes `"InvalidParameter:
 * The image is too small"`. Places, keys, ids of requests and accounts, and the names of models other than the caller's
 * are the operator's business; the log has the whole text.
 */
export function publicWords(
  { provider }: Pick<Failure, 'provider'>,
  job: Pick<Job, 'model' | 'routes'>,
): string | undefined {
  const code = provider?.code ?? '';
  const said = [...(WORD.test(code) ? [code] : []), ...cleaned(provider?.message ?? '', job)];
  const text = said.join(': ');
  if (text === '') return undefined;
  return text.length > LENGTH_MAX ? `${text.slice(0, LENGTH_MAX - 1).trimEnd()}…` : text;
}

const LENGTH_MAX = 300;
/** `InvalidParameter.Image`; a number such as Kling's 1201 tells a caller nothing. */
const WORD = /^[A-Z][A-Za-z]+(?:\.[A-Z][A-Za-z]+)*$/;

/** `Request id: 0217...`, `(request_id=...)`, `[trace-id 4f...]`, brackets included. */
const LABELED_ID =
  /[([{,;]?\s*\b(?:x-)?(?:request|trace|log|task|account|user|tenant|project|session|connection)[\s_-]*ids?\b['"]?\s*(?:is\b|[:=#])?\s*['"]?[\w.:@/-]*\d[\w.:@/-]*['"]?[)\]}]?/gi;

/** What names a place or a secret wherever it stands. Each is cut out whole. */
const PRIVATE: readonly RegExp[] = [
  LABELED_ID,
  // A link or another address with a scheme; a data URL is cut as well.
  /\b[a-z][\w+.-]*:(?:\/\/|[a-z]+\/[\w.+-]+;base64,)\S*/gi,
  /\bbearer\s+\S+/gi,
  /\b(?:api|access|secret)[\s_-]*key(?:[\s_-]*id)?\b\s*[:=]?\s*['"]?[\w*.-]*\d[\w*.-]*['"]?/gi,
  /\b(?:sk|ak|pk|rk|rl|whsec|key|token)[-_][\w*.-]{6,}/gi,
  /\S+@\S+\.\w+/g,
  // IPv4 and IPv6, a port behind them too.
  /\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g,
  /\[?\b[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){3,7}\]?(?::\d+)?/gi,
  // A host: two labels and more, the last of letters, no file of a picture's kind.
  /\b(?:[a-z0-9-]+\.)+(?!(?:png|jpe?g|webp|gif|mp4|webm|mov|wav|mp3|json)\b)(?:[a-z]{2,}\.)?(?:com|cn|net|org|io|ai|dev|app|cloud|internal|local|svc|co|example|invalid|test)(?:\.[a-z]{2})?\b(?::\d+)?\S*/gi,
  // An id: letters and digits together in one long word, or very many digits.
  /\b(?=[\w-]*\d)(?=[\w-]*[a-z])[\w-]{16,}\b/gi,
  /\b\d{9,}\b/g,
];

function cleaned(message: string, { model, routes }: Pick<Job, 'model' | 'routes'>): string[] {
  // The caller's word for each of them; the longest first, since one may begin another.
  const names = routes.map((route) => route.model).toSorted((a, b) => b.length - a.length);
  const spoken = names.reduce((text, name) => text.replaceAll(name, MODEL), message);
  const bare = PRIVATE.reduce((text, pattern) => text.replaceAll(pattern, ' '), spoken);
  const text = bare
    .replaceAll(MODEL, model)
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .replaceAll(/[([{]\s*[)\]}]|['"]\s*['"]/g, '')
    .replaceAll(/\s+(?=[.,;:!?)\]])/g, '')
    .replaceAll(/([.,;:])(?:\s*[.,;:])+/g, '$1')
    .replaceAll(/^[\s.,;:]+|[\s,;:([{]+$/g, '');
  return /\p{L}/u.test(text) ? [text] : [];
}

/** Stands for the caller's model while other names are taken out; no text of a provider holds it. */
const MODEL = '\ue000';
