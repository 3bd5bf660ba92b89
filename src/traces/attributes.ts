import type { Attempt } from '../core/provider/attempt';
import type { Job } from '../core/job/job';
import { shownOf } from '../core/job/made';
import type { Facts } from '../core/ports/traces';

/**
 * What spans say of jobs, by OpenTelemetry's conventions for generative AI where these have a name, by ours beside
 * them. Ids, names of the config, codes and numbers only: prompts, URLs and texts of providers are in no trace.
 */

/** The conventions have no name for a video yet: of theirs this is the one for content of any kind. */
export const OPERATION = 'generate_content';

const generating = (provider: string, model: string): Facts => ({
  'gen_ai.operation.name': OPERATION,
  'gen_ai.provider.name': provider,
  'gen_ai.request.model': model,
  'gen_ai.output.type': 'video',
});

/** Says which job it is, for every span of a step. */
export const jobFacts = ({ id, workspaceId, model }: JobIds): Facts => ({
  'reelay.job.id': id,
  'reelay.workspace.id': workspaceId,
  'reelay.model': model,
});

type JobIds = Pick<Job, 'id' | 'workspaceId' | 'model'>;

/** Says what became of a whole job. */
export function endFacts(job: Job): Facts {
  const { seconds, width, height } = shownOf(job);
  return {
    ...generating(job.provider, job.model),
    ...jobFacts(job),
    'gen_ai.usage.output_tokens': job.usage?.tokens,
    'reelay.api': job.dialect,
    'reelay.channel': job.channel,
    'reelay.state': job.state,
    'reelay.failure': job.failure?.code,
    'reelay.video.seconds': seconds,
    'reelay.video.width': width,
    'reelay.video.height': height,
  };
}

/** Says which attempt a step is about. */
export const attemptFacts = (attempt: Attempt): Facts => ({
  ...generating(attempt.provider, attempt.model),
  'reelay.job.id': attempt.jobId,
  'reelay.workspace.id': attempt.workspaceId,
  'reelay.channel': attempt.channel,
  'reelay.attempt': attempt.number,
  'reelay.sends': attempt.sends,
});
