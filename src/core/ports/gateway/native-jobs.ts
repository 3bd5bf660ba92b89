import type { Principal } from '../../api/principal';
import type { NativeQuery, NativeView, NativeViews } from '../../job/native-view';
import type { StoredReply } from '../../provider/native';
import type { Waits } from '../../settings/waits';

/** Jobs as an API shows them that is a provider's own: what the provider said goes back as it came. */
export interface NativeJobs {
  /**
   * Finds what `get` finds, with what the provider said; a job that was made in another dialect is `not_found` too.
   */
  view(principal: Principal, wire: string, id: string): Promise<NativeView>;
  /** Jobs that were created in that dialect, newest first. */
  views(principal: Principal, wire: string, query: NativeQuery): Promise<NativeViews>;
  /**
   * Waits, for the endpoint that has just created the job, until a provider has answered the submit or the job has
   * ended; for `waits.nativeReplyMs` at most, or `ms`. Returns undefined when that cannot be read: the job exists all the same,
   * and its id is an answer.
   */
  answered(
    principal: Principal,
    wire: string,
    job: { jobId: string; signal: AbortSignal; ms?: number },
  ): Promise<NativeView | undefined>;
  /**
   * Returns the id to answer a create with while its provider has not answered; every later answer and callback has it
   * too. It is `id`, or the provider's own where one has accepted the job in the meantime.
   */
  giveOut(wire: string, job: { jobId: string; id: string }): Promise<string>;
  /**
   * Asks a provider about a job that this gateway did not create, by the provider's id; its reply as it came. Throws
   * `not_found` where no channel of the model allows it and for a job that somebody created here, `forbidden` without
   * the scope.
   */
  foreign(
    principal: Principal,
    wire: string,
    question: { id: string; model: string; ask: 'look' | 'cancel' },
  ): Promise<StoredReply>;
  /** How long such an API waits for the verdict on a cancel. */
  readonly waits: Pick<Waits, 'cancelReplyMs'>;
}
