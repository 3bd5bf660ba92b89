import type { Principal } from '../../core/api/principal';
import { GatewayError } from '../../core/errors';
import type { CreateAnswer, CreateOptions, NativeDraft } from '../../core/job/creation';
import type { Jobs } from '../../core/ports/gateway/jobs';
import type { Draft } from '../../core/request/draft';

/**
 * Creates a job of a draft that depends on what may be gone at a repeat: a model of the config, an earlier video. A repeat
 * of which no draft can be made any more is answered as the first request was: to a caller who never heard of that, a
 * refusal would say that there is no job.
 */
export async function createDrafted(
  jobs: Pick<Jobs, 'create' | 'repeated'>,
  principal: Principal,
  options: CreateOptions,
  make: () => Draft | NativeDraft | Promise<Draft>,
): Promise<CreateAnswer> {
  const made = await drafted(make);
  if (!(made instanceof GatewayError)) return jobs.create(principal, { ...options, ...made });
  const earlier = await jobs.repeated(principal, options);
  if (earlier) return earlier;
  throw made;
}

/** Returns the draft, or why there is none. */
async function drafted<Made>(make: () => Made | Promise<Made>): Promise<Made | GatewayError> {
  try {
    return await make();
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
}
