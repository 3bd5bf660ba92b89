import { executeChild, workflowInfo } from '@temporalio/workflow';
import { CHILD_OPTIONS, GENERATE_VIDEO } from 'reelay/workflows';
import type { GenerateVideo } from 'reelay/workflows';

/**
 * A workflow of yours that needs two videos at once. Reelay's workflow runs in Reelay's worker; this one needs only its
 * name, its input and its result, which `reelay/workflows` has. The child's workflow id is its idempotency key: make it
 * of what stays the same when this workflow is retried or started again, and each scene is made and paid for once.
 */
export interface TrailerInput {
  /** Name or id of the workspace that pays. */
  workspace: string;
  model: string;
  scenes: [string, string];
}

export async function trailer({ workspace, model, scenes }: TrailerInput): Promise<string[]> {
  const { workflowId } = workflowInfo();
  const videos = await Promise.all(
    scenes.map((prompt, index) =>
      executeChild<GenerateVideo>(GENERATE_VIDEO, {
        ...CHILD_OPTIONS,
        workflowId: `${workflowId}/scene-${String(index + 1)}`,
        args: [{ workspace, request: { model, prompt, seconds: 5, resolution: '720p' } }],
      }),
    ),
  );
  // Links expire, so a workflow hands ids on; GET /v1/videos/{id} answers with a fresh link.
  return videos.map(({ jobId }) => jobId);
}
