import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  CancellationScope,
  TimeoutFailure,
  isCancellation,
  setCurrentDetails,
  workflowInfo,
} from '@temporalio/workflow';
import { REFUSALS, VIDEO_FAILED } from './contract';
import type {
  GenerateVideoInput,
  GenerateVideoResult,
  JobPlan,
  NextSubmit,
  PlannedVideo,
  RequestedVideo,
  Ruling,
  SubmitResult,
} from './contract';
import { acceptActivity, admitActivity, atProvider, settleActivity } from './proxies';

/**
 * Makes one video, from submit to settle: 23 events, however long the provider takes; 6 more when a workflow asks for
 * it. Rows in the database are the truth; this only decides what happens next, so every activity may run again and
 * finds what it did before. Cancel and settle always run to their end; a cancelled wait says nothing about the
 * provider, so it asks.
 */
export async function generateVideo(input: GenerateVideoInput): Promise<GenerateVideoResult> {
  checkInput(input);
  const plan = 'plan' in input ? input.plan : await accept(input);
  const mode = 'plan' in input ? input.mode : undefined;
  const settle = settleActivity(plan.waits);

  const { ruling, canceled } = await rule(plan, mode);
  const result = await CancellationScope.nonCancellable(() =>
    settle({ jobId: plan.jobId, ruling }),
  );
  switch (result.state) {
    case 'succeeded':
      return result;
    case 'canceled':
      // Also when a submit read the wish in the rows before the engine's cancel arrived here.
      if (canceled || CancellationScope.current().consideredCancelled) {
        throw new CancelledFailure('the job was canceled');
      }
      return result;
    case 'failed':
    case 'expired':
      throw bare({
        type: VIDEO_FAILED,
        message: [result.code ?? result.state, result.message].filter(Boolean).join(': '),
        nonRetryable: true,
        details: [result],
        // An answer to the request is no defect of ours: the SDK's logs and failure metrics leave it out.
        ...(isAboutTheRequest(result) ? { category: 'BENIGN' } : {}),
      });
  }
}

/** Makes a failure without a stack: where in our code it was thrown tells an operator nothing. */
function bare(options: Parameters<typeof ApplicationFailure.create>[0]): ApplicationFailure {
  const failure = ApplicationFailure.create(options);
  failure.stack = '';
  return failure;
}

const isAboutTheRequest = ({ code }: GenerateVideoResult): boolean =>
  code === 'content_rejected' || code === 'invalid_input';

/**
 * Refuses an input that is no object. Somebody's start with nothing in it would fail its task for ever; what is in an
 * object, `accept` checks.
 */
function checkInput(input: unknown): asserts input is GenerateVideoInput {
  if (typeof input === 'object' && input !== null) return;
  throw ApplicationFailure.create({
    type: REFUSALS.invalidRequest,
    message: 'the input must be an object: {workspace, request}',
    nonRetryable: true,
  });
}

/** Makes the job of a workflow that nobody made one for. It runs to its end, so that a cancel finds what it made. */
async function accept({ workspace, request }: RequestedVideo): Promise<JobPlan> {
  const { workflowId } = workflowInfo();
  try {
    return await CancellationScope.nonCancellable(() =>
      acceptActivity({ workflowId, workspace, request }),
    );
  } catch (error) {
    // As it is: inside an ActivityFailure a refusal would count as retryable for the caller's own retry policy.
    throw error instanceof ActivityFailure && error.cause ? error.cause : error;
  }
}

async function rule(
  plan: JobPlan,
  mode: PlannedVideo['mode'],
): Promise<{ ruling: Ruling; canceled: boolean }> {
  if (mode === 'end') return { ruling: { kind: 'ruled' }, canceled: false };
  const progress: Progress = { provider: plan.provider, number: 1 };
  const scope = CancellationScope.current();
  if (mode !== 'cancel') {
    try {
      return { ruling: await run(plan, progress), canceled: false };
    } catch (error) {
      if (!isCancel(error, scope)) throw error;
    }
  }
  const ruling = await CancellationScope.nonCancellable(() => cancel(plan, progress));
  return { ruling, canceled: true };
}

/** Which attempt the story has reached; a cancel continues from there. */
interface Progress {
  provider: string;
  number: number;
}

/** More channels than anyone configures, each of which may be waited for; a bound all the same. */
const ROUNDS_MAX = 32;

async function run(plan: JobPlan, progress: Progress): Promise<Ruling> {
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    try {
      const submitted = await atProvider(plan, progress).submit({
        jobId: plan.jobId,
        number: progress.number,
      });
      if (submitted.state === 'ended') return submitted.ruling;
      if (submitted.state === 'wait') {
        setCurrentDetails(`Waits for a slot: ${submitted.said}.`);
        await admitActivity(plan)({ jobId: plan.jobId });
        continue;
      }
      progress.provider = submitted.provider;
      if (submitted.state === 'accepted') {
        tellOperators(submitted);
        const { ruling, again } = await awaitEnd(plan, progress);
        if (!again) return ruling;
        Object.assign(progress, again);
        continue;
      }
      progress.number = submitted.number;
    } catch (error) {
      if (!isTimeout(error)) throw error;
      return lastLook(plan, progress);
    }
  }
  return { kind: 'refused' };
}

/** Current details are no part of a history: they are made anew whenever somebody looks. */
function tellOperators({ provider, channel, providerId }: AcceptedSubmit): void {
  if (channel === undefined) return;
  const name = providerId === undefined ? 'under no name that it told' : `as \`${providerId}\``;
  setCurrentDetails(`**${provider}** has it ${name}, on channel **${channel}**.`);
}

type AcceptedSubmit = Extract<SubmitResult, { state: 'accepted' }>;

/** What the wait of an accepted attempt came to; `again` = a server of the operator's own has lost it. */
interface AwaitEnd {
  ruling: Ruling;
  again?: NextSubmit;
}

async function awaitEnd(plan: JobPlan, progress: Progress): Promise<AwaitEnd> {
  // A run that the sweep starts after the deadline: nothing is left to wait for.
  if (Date.now() >= plan.deadlineAt) return { ruling: await lastLook(plan, progress) };
  try {
    const { unheard, again } = await atProvider(plan, progress).poll({ jobId: plan.jobId });
    if (unheard === undefined) return { ruling: { kind: 'verdict' } };
    return { ruling: { kind: 'failure', code: unheard }, ...(again ? { again } : {}) };
  } catch (error) {
    if (!isTimeout(error)) throw error;
    return { ruling: await lastLook(plan, progress) };
  }
}

/** Waits for the natural end of a job that is to be canceled, which nobody submits again. */
const awaitVerdict = async (plan: JobPlan, progress: Progress): Promise<Ruling> =>
  (await awaitEnd(plan, progress)).ruling;

/**
 * Takes the last look: a timeout of ours is not the provider's verdict, so it is asked once more before the job fails.
 */
async function lastLook(plan: JobPlan, progress: Progress): Promise<Ruling> {
  try {
    return await atProvider(plan, progress).lastLook({ jobId: plan.jobId });
  } catch (error) {
    if (!isTimeout(error)) throw error;
    return { kind: 'failure', code: 'timed_out' };
  }
}

async function cancel(plan: JobPlan, progress: Progress): Promise<Ruling> {
  const { jobId } = plan;
  // Twice: a submit that was in doubt is resolved in between.
  for (let round = 0; round < 2; round += 1) {
    let told;
    try {
      told = await atProvider(plan, progress).cancel({ jobId });
    } catch (error) {
      if (!isTimeout(error)) throw error;
      return awaitVerdict(plan, progress);
    }
    if (told.state === 'ended') return told.ruling;
    if (told.state === 'running') return awaitVerdict(plan, progress);
    try {
      const resolved = await atProvider(plan, progress).submit({ jobId, number: progress.number });
      if (resolved.state === 'ended') return resolved.ruling;
    } catch (error) {
      if (!isTimeout(error)) throw error;
      return lastLook(plan, progress);
    }
  }
  return awaitVerdict(plan, progress);
}

function isCancel(error: unknown, scope: CancellationScope): boolean {
  return (
    isCancellation(error) ||
    scope.consideredCancelled ||
    (error instanceof ActivityFailure && error.retryState === 'CANCEL_REQUESTED')
  );
}

/**
 * Says whether an error is a timeout, in every shape in which the engine says "too late"; with the last real failure as
 * cause it is no TimeoutFailure.
 */
function isTimeout(error: unknown): boolean {
  if (!(error instanceof ActivityFailure) || isCancellation(error)) return false;
  if (error.retryState === 'TIMEOUT') return true;
  return (
    error.cause instanceof TimeoutFailure &&
    (error.cause.timeoutType === 'SCHEDULE_TO_CLOSE' ||
      error.cause.timeoutType === 'SCHEDULE_TO_START')
  );
}
