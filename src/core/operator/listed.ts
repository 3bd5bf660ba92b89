/** Newest first, after the item with that id. */
export interface AdminPage {
  limit: number;
  after?: string | undefined;
}

export interface Listed<Item> {
  items: readonly Item[];
  hasMore: boolean;
}
