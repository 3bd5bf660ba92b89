/** Newest first, after the item with that id. */
export interface AdminPage {
  limit: number;
  after?: string | undefined;
}

export interface AdminList<Item> {
  items: readonly Item[];
  hasMore: boolean;
}
