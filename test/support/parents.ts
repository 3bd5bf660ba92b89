import { ApplicationFailure, executeChild, workflowInfo } from '@temporalio/workflow';
import { CHILD_OPTIONS, GENERATE_VIDEO } from '../../workflows/contract';
import type { GenerateVideo, GenerateVideoResult, RequestedVideo } from '../../workflows/contract';

/** Workflows of somebody else, bundled for the tests: the example's, and some that behave worse. */

export { trailer } from '../../examples/04-as-child-workflow/workflows';

/** One child under the given id; what it answers. */
export async function once(input: {
  workflowId: string;
  video: RequestedVideo;
}): Promise<GenerateVideoResult> {
  return executeChild<GenerateVideo>(GENERATE_VIDEO, {
    ...CHILD_OPTIONS,
    workflowId: input.workflowId,
    args: [input.video],
  });
}

/** Forgets what it got and fails, the first time. */
export async function forgetful(input: {
  workflowId: string;
  video: RequestedVideo;
}): Promise<GenerateVideoResult> {
  const result = await once(input);
  if (workflowInfo().attempt === 1) throw ApplicationFailure.create({ message: 'lost it' });
  return result;
}
