import type { Gateway } from '../core/ports/gateway/gateway';
import { createAccess } from './access';
import { createAdmin } from './admin';
import type { GatewayDeps } from './deps';
import { createFeed } from './feed';
import { createFunds } from './funds';
import { createJobs } from './jobs';
import { createCredentialWatch } from './credential-watch';
import { createLive } from './live';
import { createModels } from './models';
import { createNativeJobs } from './native-jobs';
import { createOpenStreams } from './open-streams';
import { createResults } from './results';
import { createUsageReports } from './usage-reports';

export { createAdmin } from './admin';
export { accept } from './create';
export { fetchInputs } from './fetched-inputs';
export type { AcceptDeps } from './deps';
export type { GatewayDeps } from './deps';
export { createQuotes } from './quotes';
export type { Quotes } from './quotes';
export { createStarts } from './starts';
export type { Starts } from './starts';

/**
 * Makes the use cases, over ports: the gateway knows no HTTP, no SQL and no Temporal. Truth for callers is the database
 * row; the engine is only asked to start and to cancel.
 */
export function createGateway(deps: GatewayDeps): Gateway {
  const funds = createFunds(deps);
  const jobs = createJobs(deps, funds);
  const streams = createOpenStreams(deps.limits, createCredentialWatch(deps));
  return {
    ...createModels(deps),
    ...jobs,
    ...createResults(deps, jobs),
    ...createLive(deps, jobs, streams),
    ...createFeed(deps, streams),
    ...createNativeJobs(deps, jobs),
    ...createUsageReports(deps),
    ...createAccess(deps),
    admin: funds.watched(createAdmin(deps)),
  };
}
