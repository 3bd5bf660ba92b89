import { ApplicationFailure } from '@temporalio/common';
import { createHash } from 'node:crypto';
import type { Principal } from '../src/core/api/principal';
import { GatewayError, invalid } from '../src/core/errors';
import type { ErrorCode } from '../src/core/errors';
import { parseOrThrow } from '../src/core/json/parse';
import { planOf } from '../src/core/job/plan';
import type { Creation } from '../src/core/job/creation';
import type { JobPlan } from '../src/core/job/plan';
import { videoRequestSchema } from '../src/core/request/request';
import { REFUSALS } from '../workflows/contract';
import type { RequestedVideo } from '../workflows/contract';
import type { ActivityDeps } from './deps';

/**
 * What a POST is for the API, for a workflow that was started by somebody else: the same checks, price and transaction.
 * The workflow id is the key that keeps the job unique, so a retry, a reset or a new run of it gets the job it has.
 */
export function accept(deps: ActivityDeps) {
  return async (input: RequestedVideo & { workflowId: string }): Promise<JobPlan> => {
    try {
      const principal = await principalOf(deps, input.workspace);
      const jobId = await deps.accept(principal, creationOf(input));
      const job = await deps.store.jobs.load(jobId);
      if (!job) throw new Error(`no job ${jobId}`);
      return planOf({ ...job, jobId }, deps.waits);
    } catch (error) {
      throw refusal(error) ?? error;
    }
  };
}

async function principalOf(deps: ActivityDeps, workspace: unknown): Promise<Principal> {
  if (typeof workspace !== 'string') {
    const problem = workspace === undefined ? 'is required' : 'must be a string';
    throw invalid('workspace', `${problem}: the input is {workspace: its name or id, request}`);
  }
  const found = await deps.store.workspaces.find(workspace);
  if (!found) {
    throw new GatewayError('not_found', {
      param: 'workspace',
      message: `workspace: there is none in use with the name or id "${workspace.slice(0, 100)}".`,
    });
  }
  return {
    workspaceId: found.id,
    keyId: null,
    group: found.group,
    models: null,
    scopes: ['generate'],
  };
}

function creationOf({
  workflowId,
  request,
}: Pick<RequestedVideo, 'request'> & { workflowId: string }): Creation {
  return {
    // Any endpoint reads any job; this one is the default.
    dialect: 'videos',
    request: parseOrThrow(videoRequestSchema, request),
    names: {},
    metadata: {},
    echo: {},
    idempotency: {
      key: workflowId,
      route: 'workflow',
      fingerprint: fingerprint(request),
      lasting: true,
    },
    workflowId,
    render: (job) => ({ status: 200, body: { jobId: job.id } }),
  };
}

/** Hashes the request as written, since a later version may resolve more defaults. The order of names is no part. */
function fingerprint(request: unknown): string {
  const text = JSON.stringify(request, (_name, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(text).digest('hex');
}

const TYPES: Partial<Record<ErrorCode, string>> = {
  not_found: REFUSALS.workspaceNotFound,
  model_not_found: REFUSALS.modelNotFound,
  insufficient_balance: REFUSALS.insufficientBalance,
  idempotency_mismatch: REFUSALS.workflowIdTaken,
};

/** An error of the caller's ends the workflow; one of ours is retried. */
function refusal(error: unknown): ApplicationFailure | undefined {
  if (!(error instanceof GatewayError) || error.retryable) return undefined;
  const isTaken = error.code === 'idempotency_mismatch';
  return ApplicationFailure.create({
    type: TYPES[error.code] ?? REFUSALS.invalidRequest,
    message: isTaken ? 'This workflow id has a job for another request.' : error.message,
    nonRetryable: true,
    details: error.param === undefined || isTaken ? [] : [{ param: error.param }],
  });
}
