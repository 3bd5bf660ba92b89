import { reachOf } from '../src/core/catalog/reach';
import { FAILURES, failure } from '../src/core/errors';
import type { Failure } from '../src/core/errors';
import { given } from '../src/core/json/fields';
import { isTerminal } from '../src/core/job/job';
import type { Job } from '../src/core/job/job';
import { shownOf } from '../src/core/job/made';
import { latestReplyOf, referenceOf } from '../src/core/job/reference';
import type { JobEnd, SettleReason } from '../src/core/ports/store/jobs';
import type { GenerateVideoResult, Ruling } from '../workflows/contract';
import { eventName } from './callback-try';
import type { ActivityDeps } from './deps';
import { tellTurns } from './turns';
import { tellFirst } from './first-try';

/**
 * Ends the job in one transaction, then starts the copy of its result and tells its caller, in one short try or by a
 * workflow. May run any number of times: the rows say what was done, and what was lost is made up for here or by the sweep.
 */
export function settle(deps: ActivityDeps) {
  return async (input: { jobId: string; ruling: Ruling }): Promise<GenerateVideoResult> => {
    const { jobId } = input;
    const reason = await reasonOf(deps, jobId, input.ruling);
    const { job, deliveryIds, keep, granted } = await deps.store.jobs.settle(
      jobId,
      reason,
      deps.now(),
      (end) => renderCallback(deps, end),
    );
    if (keep) deps.firstCopies.wake();
    await tellTurns(deps, granted);
    if (!isTerminal(job.state)) throw new Error(`job ${jobId} was settled and is ${job.state}`);
    deps.log.info({ jobId, state: job.state, code: job.failure?.code }, 'job ended');
    for (const deliveryId of deliveryIds) await tellFirst(deps, deliveryId);
    return { jobId, state: job.state, ...extent(job) };
  };
}

/** Why there is no video, or how large it is; what the model decided for itself only where that is known. */
function extent(job: Job): Partial<GenerateVideoResult> {
  if (job.failure) return { code: job.failure.code, message: sentenceOf(job.failure) };
  if (job.state !== 'succeeded') return {};
  const { seconds, width, height } = shownOf(job);
  return given({ seconds, width, height });
}

/**
 * `The provider did not accept the input. (InvalidParameter, HTTP 400)`: its code, never its text. Where nobody was
 * reached the text is our own, and says what is wrong.
 */
function sentenceOf({ code, provider }: Failure): string {
  const said = [
    code === 'provider_unreachable' ? provider?.message : undefined,
    provider?.code?.slice(0, PROVIDER_CODE_LENGTH_MAX),
    provider?.status === undefined ? undefined : `HTTP ${String(provider.status)}`,
  ].filter((word) => word !== undefined);
  return [FAILURES[code].text, ...(said.length > 0 ? [`(${said.join(', ')})`] : [])].join(' ');
}

const PROVIDER_CODE_LENGTH_MAX = 100;

async function reasonOf(deps: ActivityDeps, jobId: string, ruling: Ruling): Promise<SettleReason> {
  switch (ruling.kind) {
    case 'verdict':
    case 'canceled':
    case 'unstarted':
    case 'ruled':
      return ruling;
    case 'failure': {
      const said = (await deps.store.attempts.latest(jobId))?.doubt?.failure;
      // The same reason, with the provider's own words.
      return { kind: 'failure', failure: said?.code === ruling.code ? said : failure(ruling.code) };
    }
    case 'refused': {
      const attempt = await deps.store.attempts.latest(jobId);
      return {
        kind: 'failure',
        failure: attempt?.refusal?.failure ?? failure('provider_error'),
      };
    }
  }
}

function renderCallback(
  deps: ActivityDeps,
  { job, attempt, eventId, reply }: JobEnd,
): string | Uint8Array {
  const dialect = deps.dialects[job.dialect];
  if (!dialect) throw new Error(`no dialect ${job.dialect}`);
  const provider = attempt && reachOf(deps, attempt)?.provider;
  return dialect.renderCallback(job, {
    ...deps.render,
    eventId: eventName(eventId),
    reference: referenceOf(job, attempt, provider),
    native: attempt && latestReplyOf(deps.catalog.providers(), attempt, reply),
  });
}
