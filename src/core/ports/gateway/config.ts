import type { ToldConfig } from '../store/config';

/** The config of this process, against the one that all should have. */
export interface ConfigStatus {
  version: string;
  /** Unix milliseconds at which this process read it. */
  readAt: number;
  /** What was told last; undefined before any process told one. */
  told: ToldConfig | undefined;
  isCurrent: boolean;
}

export interface ReloadedConfig {
  version: string;
  /** False where the file offers what was offered before. */
  isChanged: boolean;
  /** Parts of the file that have changed and hold only after a restart, such as `waits`. */
  needsRestart: readonly string[];
}

export interface ConfigControl {
  status(): Promise<ConfigStatus>;
  /** Reads the config again and tells all processes. Throws `invalid_request` with every entry that is wrong. */
  reload(): Promise<ReloadedConfig>;
}
