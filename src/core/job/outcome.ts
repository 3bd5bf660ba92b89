import type { Failure } from '../errors';

/** The provider's handle for one accepted submit: opaque JSON that only its own provider reads. */
export type Operation = Record<string, unknown>;

/** What the provider says was used. Absent = not reported, which is not zero. */
export interface Usage {
  /** Output tokens as billed by the provider. */
  tokens?: number;
  /** Seconds of video made. */
  seconds?: number;
  /** Seconds of the videos among the inputs that the provider counts. */
  inputSeconds?: number;
  /** Units of the provider's own that it takes for the job, as decimal text: `1.8`. */
  units?: string;
  /** Money that the provider says it takes, with the currency where it names one. It is told, and bills nobody here. */
  cost?: { amount: string; currency?: string };
}

/** What the finished video is like, as far as the provider says it or the file shows it. */
export interface VideoFacts {
  /** Pixels. */
  width?: number;
  height?: number;
  seconds?: number;
  /** `16:9` */
  aspectRatio?: string;
  /** `720p` */
  resolution?: string;
}

export interface Output {
  kind: 'video' | 'last_frame';
  /**
   * The provider's link; never shown to a caller except by the pass-through dialect. When it dies is not kept: the copy
   * begins as the job ends, and a link that is dead by then is asked for anew. `/videos/abc/content` is a path of the
   * channel's base URL, `blob:<id>` a file that stood in the provider's reply and is stored here already.
   */
  url: string;
  /** The link is opened by our credential alone, which is sent to the channel's own origin and to `Provider.keyedOrigins` alone. */
  keyed?: true;
}

/** What one look at the provider means. Only the last four end a job. */
export type Verdict =
  | {
      state: 'running';
      progress: number | null;
      phase: 'queued' | 'running';
      unknownStatus?: string;
    }
  | {
      state: 'succeeded';
      outputs: Output[];
      usage: Usage;
      seed?: number;
      made?: VideoFacts;
      /** Why we cannot fetch the result; absent where we can, or did not try. */
      unfetched?: string;
    }
  | {
      state: 'failed';
      failure: Failure;
      usage?: Usage;
      /** The provider counts it as a success: what it bills for it is our cost. */
      undelivered?: true;
    }
  | {
      state: 'canceled';
      /** It had not begun: what such an end usually costs was not charged. */
      unbegun?: true;
    }
  | { state: 'expired' };

export type FinalVerdict = Exclude<Verdict, { state: 'running' }>;

export function isFinal(verdict: Verdict): verdict is FinalVerdict {
  return verdict.state !== 'running';
}
