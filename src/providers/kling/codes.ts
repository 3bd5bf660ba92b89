import { BUSY, DENIED, FULL, INVALID, POLICY, type Meaning } from '../kit';

/**
 * Kling's business codes (commonInfo page): with which HTTP status each comes, and what it proves about a submit. The
 * status alone says little: four of the six 429 are about the account and never pass by waiting.
 */

/** Every call is signed anew, so one of the clocks is wrong. It may be set before we run out of patience. */
const CLOCK: Meaning = { scope: 'retry', code: 'provider_denied' };

interface Code {
  status: number;
  text: string;
  submit: Meaning;
}

export const CODES: Readonly<Record<number, Code>> = {
  1000: { status: 401, text: 'Authentication failed', submit: DENIED },
  1001: { status: 401, text: 'Authorization is empty', submit: DENIED },
  1002: { status: 401, text: 'Authorization is invalid', submit: DENIED },
  1003: { status: 401, text: 'Authorization is not yet valid', submit: CLOCK },
  1004: { status: 401, text: 'Authorization has expired', submit: CLOCK },
  1100: { status: 429, text: 'Account exception', submit: DENIED },
  1101: { status: 429, text: 'Account in arrears', submit: DENIED },
  1102: { status: 429, text: 'Resource pack depleted or expired', submit: DENIED },
  1103: { status: 403, text: 'No permission for the requested resource', submit: DENIED },
  1200: { status: 400, text: 'Invalid request parameters', submit: INVALID },
  1201: { status: 400, text: 'Invalid parameters', submit: INVALID },
  1202: { status: 404, text: 'The requested method is invalid', submit: DENIED },
  1203: { status: 404, text: 'The requested resource does not exist', submit: DENIED },
  1300: { status: 400, text: 'Trigger of the platform policy', submit: POLICY },
  1301: { status: 400, text: 'Trigger of the content security policy', submit: POLICY },
  1302: { status: 429, text: 'Too many requests', submit: BUSY },
  1303: { status: 429, text: 'parallel task over resource pack limit', submit: FULL },
  1304: { status: 429, text: 'Trigger of the IP whitelist policy', submit: DENIED },
  5000: { status: 500, text: 'Internal server error', submit: 'unknown' },
  // Out of service it takes nothing in.
  5001: { status: 503, text: 'Server temporarily unavailable for maintenance', submit: BUSY },
  5002: { status: 504, text: 'Internal timeout', submit: 'unknown' },
};

/** Those that the page names; of any other nobody has said what it proves. */
const STATUSES: Readonly<Record<number, Meaning>> = {
  400: INVALID,
  401: DENIED,
  403: DENIED,
  404: DENIED,
  429: BUSY,
};

/** Returns what a code of Kling's means; one that is new to us means what its HTTP status says. */
export function meaningOf(code: number | undefined, status: number): Meaning {
  return CODES[code ?? -1]?.submit ?? STATUSES[status] ?? 'unknown';
}

/**
 * Codes that say on a look that the account may not ask for this task. What time may heal (a clock, a bill) never ends
 * a job.
 */
export const DENIED_LOOKS: ReadonlySet<number> = new Set([1000, 1001, 1002, 1103]);
/** Kling says to a look that it knows no such task: 1203 by its page, 1201 with this text at the video endpoints. */
export const NOT_FOUND = 1203;
export const NOT_FOUND_BY_TEXT = { code: 1201, text: /task not found/i };
