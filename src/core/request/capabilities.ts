import { type MediaForms } from './media-forms';
import { type VendorKeys } from './passthrough';
import type { Mode, VideoRequest } from './request';

/**
 * P8 "said, not dropped": what a model cannot honour is a 400 that names the allowed values; nothing is dropped or
 * changed silently. Neutral values (false, seed -1, the model's own fps) are always honoured, but for the silence of a
 * model that cannot be silent.
 */
export interface Capabilities {
  modes: Partial<Record<Mode, ModeCapabilities>>;
  /** Characters. */
  promptLengthMax: number;
  /** The provider makes nothing without a prompt, not even of a frame or of references. */
  promptAlways?: true;
  /** Flags that the provider reads in a prompt; `overrule` are those that would beat what was priced. */
  promptFlags?: { all: readonly string[]; overrule: readonly string[] };
  seconds: Lengths;
  /** The lengths that are made in a resolution, of those that a mode offers, where these are not all of them. */
  secondsByResolution?: Readonly<Record<string, readonly number[]>>;
  resolutions: readonly string[];
  resolutionDefault: string;
  aspectRatios: readonly string[];
  /** Pixels by resolution and ratio; a ratio without pixels (`adaptive`) is missing here. */
  sizes: Readonly<Record<string, Readonly<Record<string, readonly [number, number]>>>>;
  fps: number;
  audio: boolean;
  audioDefault?: boolean;
  /** The model cannot make a silent video, so that asking for one is refused. */
  audioAlways?: true;
  /** The operator offers no sound; the provider is told so, since it might make it by default. */
  silentOnly?: true;
  /** The resolutions in which sound is made; absent where it is made in all of them. */
  audioResolutions?: readonly string[];
  seed: { min: number; max: number } | false;
  watermark: boolean;
  cameraFixed: boolean;
  lastFrame: boolean;
  serviceTiers: readonly string[];
  /** Words that are tiers elsewhere and here a picture quality: the resolution each means. */
  tierResolutions?: Readonly<Record<string, string>>;
  expiresAfterSeconds: { min: number; max: number } | false;
  safetyIdentifierLengthMax: number;
  negativePrompt: boolean;
  /** Characters. */
  negativePromptLengthMax?: number;
  /** The forms in which media are taken; absent where every form is. */
  media?: MediaForms;
  /** The provider's own words beyond ours; absent where it has none. */
  vendorKeys?: VendorKeys;
  /** Returns the same for a channel whose options open more words to callers. Absent: no option does. */
  vendorKeysBy?: (options: Readonly<Record<string, unknown>>) => VendorKeys;

  /** A server of the operator's own may make it (`selfHosted` of a channel). Absent: every job of it is somebody's bill. */
  ownServers?: true;
  /** What a cancel can reach. */
  cancel: 'none' | 'queued' | 'running';
  billed: BilledEnds;
  /** What is left to tell an attempt's job by when the answer to its submit was lost; empty where nothing is. */
  idempotency: readonly Idempotency[];
  /** Seconds from create to the end of our patience. */
  deadlineSeconds: number;
  /** The same by service tier, for tiers that take longer. */
  tierDeadlineSeconds?: Readonly<Record<string, number>>;
  /** What such a job usually takes; plans the first look. */
  usualSeconds: number;
}

/**
 * `token` = a second submit with our id answers with the first one's job; `lookup` = a job is found by our id; and
 * `callback-token` = a callback of the job comes to a URL that only this attempt was given. The contract test holds a
 * provider to each word. None of them makes the gateway submit a second time (P1 "one submit").
 */
export type Idempotency = 'token' | 'lookup' | 'callback-token';

/** Whole seconds. */
export interface Lengths {
  min: number;
  max: number;
  default: number;
  /** The lengths on offer; absent where every whole second between the bounds is one. */
  values?: readonly number[];
  /** Accepts -1: the model decides. */
  auto?: boolean;
  /** What the provider makes of a request that says no length, where that is not our default. */
  unsaid?: number;
}

/** Does the provider charge for these ends? Decides settle or release. */
export interface BilledEnds {
  canceled: boolean;
  rejected: boolean;
  failed: boolean;
}

/** What is given here beside the counts takes the place of the model's own where this mode differs. */
export interface ModeCapabilities {
  aspectRatioDefault: string;
  aspectRatios?: readonly string[];
  seconds?: Lengths;
  /** The first is the default. */
  resolutions?: readonly string[];
  fps?: number;
  audio?: boolean;
  /** Characters. */
  promptLengthMax?: number;
  vendorKeys?: VendorKeys;
  images: number;
  videos: number;
  audios: number;
  /** Audio may be the only reference. */
  audioAlone?: boolean;
  /** What takes the place of the mode's own where a video is among the inputs. */
  besideVideo?: Partial<
    Pick<ModeCapabilities, 'images' | 'audio' | 'seconds' | 'resolutions' | 'vendorKeys'>
  >;
}

/** Field names as the caller spells them, so that errors speak the caller's language. */
export type FieldNames = Partial<Record<keyof VideoRequest, string>>;
/** The caller's word for a field. */
export type NameOf = (field: keyof VideoRequest) => string;
