export interface InputStore {
  /** Remembers that this workspace holds that blob, and that it sent it now. */
  add(
    workspaceId: string,
    blob: { id: string; bytes: number; mime: string },
    now: number,
  ): Promise<void>;
  has(workspaceId: string, blobId: string): Promise<boolean>;
}
