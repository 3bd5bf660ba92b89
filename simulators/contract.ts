import type { Headers } from '../src/core/provider/exchange';
import type { ChannelOptions } from '../src/core/provider/options';

/** A simulation answers a provider's calls in the provider's own words, over the simulator's clock, jobs and faults. */
export interface Simulation {
  /** The values a simulated channel signs with: `{ apiKey: 'simulated' }`. They fit the provider's own schema. */
  credentials: Record<string, string>;
  /**
   * The options that a simulated channel has for the adapter to find this simulation, such as addresses on other hosts;
   * `base` is its own: `http://127.0.0.1:8090/fal`. Absent: none.
   */
  options?(base: string): ChannelOptions;
  /** The provider's own names of its models, of which a limit may name one: `kling-v2-6`. */
  models: readonly string[];
  /** The routes it serves; a path is relative to the channel's base URL: `/v1/videos/:id` has a parameter `id`. */
  routes: readonly { method: string; path: string }[];
  /** Answers one call to one of the routes. It changes the simulator's jobs through `world` alone. */
  handle(call: SimulatedCall, world: World): SimulatedReply;
  /**
   * Refuses a create for what its body says, in the provider's own error shape, so that its adapter reads
   * `invalid_input` and knows that no job was made. The server asks for it where it refuses itself: a mistyped directive
   * in a prompt (`seconds takes seconds, not "x"`), a body that is too large. `call`, here and below, is the call that is
   * answered, where it was read: a vendor may have an error shape for each of its wires.
   */
  refuse(message: string, world: World, call?: SimulatedCall): SimulatedReply;
  /**
   * Answers, in the provider's own error shape, that it is too busy (429) or broken inside (500). The reply to 429 may
   * have the `retry-after` that the vendor documents, which the fault `429-retry-after` replaces with a wait of its own.
   * A vendor that documents no 500 has its error shape with status 500 and a code that is on no page: its adapter must
   * read that as an unknown end, since a job may have been made.
   */
  overload(status: 429 | 500, world: World, call?: SimulatedCall): SimulatedReply;
  /**
   * Refuses a call of an account that is at its limit: of `jobs` at once, which its adapter must read as a refusal until
   * a slot is free, or of `requests` or `creates` in a minute, which passes by waiting. The reply has a `retry-after`
   * only where the vendor documents one.
   */
  overLimit(limit: LimitName, world: World, call?: SimulatedCall): SimulatedReply;
  /** What the vendor allows to accounts of each tier, for a vendor that tells such numbers. */
  tiers?: Readonly<Record<string, readonly TierLimit[]>>;
  /**
   * What this vendor does not tell apart: `queued` = a waiting job from a running one; `slots` = an account with as many
   * jobs as it may have from one that calls too often; `links` = a finished job that has no file from one that has, since
   * files are at paths that are known beforehand. Absent: it tells all of them.
   */
  lacks?: readonly ('queued' | 'slots' | 'links')[];
  /** False for a vendor whose jobs report nothing as used, so that `usage=` shows nowhere. Absent: they do. */
  reportsUsage?: false;
  /**
   * Tells what the vendor would take for the job by its page of prices, for a vendor whose replies do not say it: what its
   * prices are compared with. Absent: its replies do.
   */
  billOf?(job: SimulatedJob): { amount: string; currency: string } | undefined;
  /** How long a link to a job's files lives, by the vendor's page. Undefined, or absent: for good. */
  linkLife?(job: SimulatedJob): LinkLife | undefined;
  /** Asks a callback address whether it wants to be called, before the first callback. Absent: the vendor does not ask. */
  challenge?(world: World): Challenge;
  /**
   * Writes the callback that this provider would post about the job now; undefined for a state of which it tells nobody.
   * Absent: it posts none.
   */
  callback?(job: SimulatedJob, world: World): { headers: Headers; body: string } | undefined;
}

/** A link lives for so many seconds from the end of the job, or from the look that showed it: each signs it anew. */
export interface LinkLife {
  seconds: number;
  from: 'end' | 'look';
}

/** A question to a callback address; whoever answers it wrongly, or too late, hears of no job. */
export interface Challenge {
  headers: Headers;
  body: string;
  answerMs: number;
  /** Says whether the answer, read as JSON, is the one that was wanted. */
  accepts(answer: unknown): boolean;
}

export type LimitName = 'jobs' | 'requests' | 'creates';

/** What a tier allows for each model by itself, or for the one that it names. */
export interface TierLimit {
  model?: string;
  createsPerMinute: number;
  runningAtOnce: number;
}

export interface SimulatedCall {
  method: string;
  /** The path of the matching entry of `routes`: `/v1/videos/:id`. */
  route: string;
  params: Record<string, string>;
  query: URLSearchParams;
  headers: Headers;
  body: Uint8Array;
}

export interface SimulatedReply {
  status: number;
  /** Lower-case names. */
  headers?: Headers;
  /** The body, which is sent as JSON unless it is bytes. */
  body: unknown;
  /** A file of that job, which is served in place of the body as its link would. */
  file?: { id: string; kind: 'video' | 'last_frame' };
}

export interface SimulatedJob {
  id: string;
  provider: string;
  /** The name that the submitting credential stands for; the jobs of one account are unknown to others. */
  account: string;
  /** Unix milliseconds. */
  createdAt: number;
  /** Unix milliseconds of the last change of state. */
  updatedAt: number;
  /** The state that clock, polls and faults give it at the time of the call. */
  state: 'queued' | 'running' | 'succeeded' | 'failed' | 'policy' | 'canceled' | 'expired';
  /** Unix milliseconds at which it left the queue; absent for one that has not, or was canceled there. */
  beganAt?: number;
  /** Percent, 0 to 100. */
  progress: number;
  /** The length of the video. */
  seconds: number;
  width: number;
  height: number;
  fps: number;
  seed: number;
  /** A status word to show in place of the state's own; null = the reply has no status field. */
  word?: string | null;
  /** What to report as used (tokens, units) in place of what the video would cost. */
  usage?: number;
  /** Values that the provider remembers of the request, for its later answers. */
  data: Record<string, unknown>;
  callbackUrl?: string;
}

/** The world is the simulator as one provider sees it during one call. */
export interface World {
  /** Unix milliseconds. */
  now: number;
  /** Makes a fresh id of that many lower-case letters and digits. */
  randomId(length: number): string;
  /**
   * Takes a job in, or unwinds `handle` where the account has as many under way as it may: the server then asks for
   * `overLimit`. Its prompt may carry a token that steers it, such as `[[sim seconds=2 fault=policy]]`; a fault that
   * strikes here is thrown through `handle`, so accept last.
   */
  accept(job: NewSimulatedJob): SimulatedJob;
  /**
   * Finds a job and counts nothing: for the checks inside a create or a cancel. Undefined for an unknown id and for
   * another account's.
   */
  find(account: string, id: string): SimulatedJob | undefined;
  /**
   * Finds a job as `find` does and counts one look at it, which moves `polls=` on and meets the faults of looks. Whatever
   * shows one job to the caller is a look: a GET by the provider's id, and a lookup by the caller's own id or tag.
   */
  look(account: string, id: string): SimulatedJob | undefined;
  /**
   * Lists the jobs of an account, newest first, for a page of many jobs that is shown to the caller. It counts no look, and
   * meets the faults of lists.
   */
  list(account: string): SimulatedJob[];
  /** Lists them and meets nothing, as `find` does: for the checks inside a create. */
  all(account: string): SimulatedJob[];
  /**
   * Counts one request of the account and unwinds `handle` where it is one too many in a minute. Call it first, as soon
   * as the account is known.
   */
  countRequest(account: string): void;
  /** Counts the jobs of an account that are still queued. */
  countQueued(account: string): number;
  /** Counts the jobs of an account that are queued or running, all of them or those of one model. */
  countUnderWay(account: string, model?: string): number;
  /** Cancels a job of that id, which meets the faults of cancels. Throws where there is none. */
  cancel(id: string): void;
  /** Hides a job from every later `find`, `look` and `list`; it meets the same faults. Throws where there is none. */
  remove(id: string): void;
  /** Gives the link to a file of the job; undefined for a job that ended without one. */
  mediaUrl(job: SimulatedJob, kind: 'video' | 'last_frame'): string | undefined;
  /** Gives the bytes of a clip, the same for every job, for a vendor that writes the video into its reply. */
  clip(): Uint8Array;
}

export interface NewSimulatedJob {
  id: string;
  account: string;
  /** The provider's own name of the model, for a limit of one model: `kling-v2-6`. */
  model: string;
  prompt: string;
  /** The length of the video; -1 = the simulator chooses. */
  seconds: number;
  width: number;
  height: number;
  fps: number;
  seed: number;
  data: Record<string, unknown>;
  callbackUrl?: string;
}
