import type { Principal } from '../core/api/principal';
import type { CreateOptions } from '../core/job/creation';
import type { Draft } from '../core/request/draft';
import type { AcceptDeps } from './deps';
import { withFetched, type FetchedInputs } from './fetched-inputs';
import { checkHeld, storedFiles, storeInputs } from './inputs';
import { resolveOwnLinks } from './own-links';
import { resolve } from './resolve';
import type { CheckedRequest } from './resolve';

/**
 * Checks a request that a dialect, or a workflow, has read. Its files are those of a form, which are stored already,
 * and those given inside it, and those that were `fetched` for it; a workflow may name only what its workspace has sent before.
 */
export async function checkDraft(
  deps: AcceptDeps,
  principal: Principal,
  written: Draft & Pick<CreateOptions, 'workflowId'>,
  fetched: FetchedInputs,
): Promise<CheckedRequest> {
  if (written.workflowId !== undefined) await checkHeld(deps, principal, written.request.inputs);
  const draft = await resolveOwnLinks(deps, principal, withFetched(written, fetched));
  const files = await storedFiles(deps.blobs, draft.request.inputs);
  const resolved = resolve(deps, principal, draft, files);
  const { inputs } = resolved;
  return {
    ...resolved,
    draft,
    hasFiles: inputs.some(({ input }) => 'blob' in input.media),
    async storeFiles() {
      await storeInputs(deps, principal, inputs);
      return {};
    },
  };
}
