export interface WorkspaceStore {
  /** Finds a workspace by its id where the text is one, and by its name otherwise; a disabled one is not found. */
  find(idOrName: string): Promise<{ id: string; group: string } | undefined>;
}
