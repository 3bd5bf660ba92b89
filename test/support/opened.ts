/**
 * Opens a part of the world before a test file's first test and closes it after the last one. The object that it
 * returns at once has the part's fields from then on, in every test and in every hook that is registered later.
 */
export function openedPart<Part extends { close(): Promise<void> }>(
  open: () => Promise<Part>,
): Part {
  const part: Partial<Part> = {};
  beforeAll(async () => {
    Object.assign(part, await open());
  });
  afterAll(() => part.close?.());
  return part as Part; // nothing reads it before the first hook has run
}
