/** Which config the processes of the installation should have read, as the last one told it that read another. */
export interface ToldConfig {
  /** A digest of what is offered. */
  version: string;
  /** Unix milliseconds. */
  toldAt: number;
  /** The process that told it, by its identity. */
  toldBy: string;
}

export interface ConfigStore {
  /** Returns what was told last; undefined before the first start of a release that tells it. */
  told(): Promise<ToldConfig | undefined>;
  /** Tells a version to all processes; the same again changes nothing. */
  tell(told: ToldConfig): Promise<void>;
}
