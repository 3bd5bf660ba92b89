export interface WorkspaceStore {
  /** By id when the text is one, else by name; a disabled one is not found. */
  find(idOrName: string): Promise<{ id: string; group: string } | undefined>;
}
