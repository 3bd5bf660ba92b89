import type { RequestHandler } from 'express';
import type { Facts, Traces } from '../core/ports/traces';
import { requestIdOf } from './request-id';

/** What the handlers note of an exchange, and what its span calls that. */
const NOTED: Readonly<Record<string, string>> = {
  api: 'reelay.api',
  workspaceId: 'reelay.workspace.id',
  keyId: 'reelay.key.id',
  jobId: 'reelay.job.id',
  errorCode: 'reelay.error',
};

/** Makes a span of each exchange, in the caller's trace where it names one. Neither path nor query is in it. */
export function traceExchanges(traces: Pick<Traces, 'exchange' | 'id'>): RequestHandler {
  return (request, response, next) => {
    const { method, headers, path } = request;
    const isHint = path.startsWith('/callbacks/');
    const begun = { method, headers, requestId: requestIdOf(response), isHint };
    const end = traces.exchange(begun, () => {
      response.locals['traceId'] = traces.id();
      next();
    });
    response.once('close', () => {
      const route = response.locals['route'] as string | undefined;
      end({ route, status: response.statusCode, facts: factsOf(response.locals) });
    });
  };
}

function factsOf(locals: Record<string, unknown>): Facts {
  const noted = Object.entries(NOTED).flatMap(([local, name]) => {
    const value = locals[local];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  return Object.fromEntries(noted);
}
