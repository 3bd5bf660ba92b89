/**
 * What an endpoint may wait for, each past the one before: a provider has accepted the job (perhaps by a callback), its
 * answer to the submit is there, the job has ended.
 */
export const MILESTONES = ['accepted', 'answered', 'ended'] as const;

export type Milestone = (typeof MILESTONES)[number];

export interface ChangeStore {
  /**
   * Waits for a milestone: true once the job has reached it; false after that many milliseconds, or as soon as `signal`
   * aborts.
   */
  wait(jobId: string, until: Milestone, ms: number, signal?: AbortSignal): Promise<boolean>;
}
