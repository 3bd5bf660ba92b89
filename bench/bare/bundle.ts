import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DefaultLogger, bundleWorkflowCode } from '@temporalio/worker';

/** Made at the first run after a build, which replaces the whole folder; a start of the gateway does without it. */
export async function bareBundle(): Promise<{ codePath: string }> {
  const codePath = join(__dirname, 'workflow-bundle.js');
  if (!existsSync(codePath)) {
    const { code } = await bundleWorkflowCode({
      workflowsPath: join(__dirname, 'workflow.js'),
      logger: new DefaultLogger('WARN'),
    });
    writeFileSync(`${codePath}.part`, code);
    renameSync(`${codePath}.part`, codePath);
  }
  return { codePath };
}
