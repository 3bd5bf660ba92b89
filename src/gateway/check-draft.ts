import type { Principal } from '../core/api/principal';
import type { CreateOptions } from '../core/job/creation';
import type { Draft } from '../core/request/draft';
import type { AcceptDeps } from './deps';
import { checkHeld, storedSizes, storeInputs } from './inputs';
import { resolveOwnLinks } from './own-links';
import { resolve } from './resolve';
import type { CheckedRequest } from './resolve';

/**
 * Checks a request that a dialect, or a workflow, has read. Its files are those of a form, which are stored already,
 * and those given inside it; a workflow may name only what its workspace has sent before.
 */
export async function checkDraft(
  deps: AcceptDeps,
  principal: Principal,
  written: Draft & Pick<CreateOptions, 'workflowId'>,
): Promise<CheckedRequest> {
  const { draft, sizes } = await resolveOwnLinks(deps, principal, written);
  const named =
    written.workflowId === undefined
      ? await storedSizes(deps.blobs, draft.request.inputs)
      : await checkHeld(deps, principal, written.request.inputs);
  const resolved = resolve(deps, principal, draft, new Map([...named, ...sizes]));
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
