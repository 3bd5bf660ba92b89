/** One event of a stream as it came over the wire. */
export interface ReadEvent {
  id: string;
  event: string;
  data: { id: string; status: string; live: { event?: string; attempts: object[] } };
}

/** Reads server-sent events until the stream ends, or `most` of them and leaves. Blocks without data are none. */
export async function readEvents(response: Response, most = Infinity): Promise<ReadEvent[]> {
  const told: ReadEvent[] = [];
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = eventOf(block);
      if (event && told.length < most) told.push(event);
    }
    if (told.length >= most) break;
  }
  return told;
}

function eventOf(block: string): ReadEvent | undefined {
  const fields = new Map(
    block.split('\n').map((line) => {
      const at = line.indexOf(': ');
      return [line.slice(0, at), line.slice(at + 2)] as const;
    }),
  );
  const data = fields.get('data');
  if (data === undefined) return undefined;
  // Sound as far as the wire files hold the shape of an event.
  const read = JSON.parse(data) as ReadEvent['data'];
  return { id: fields.get('id') ?? '', event: fields.get('event') ?? '', data: read };
}
