/** One field of a form (`multipart/form-data`, RFC 7578). */
export interface FormPart {
  name: string;
  /** Present for a file alone. */
  filename?: string;
  mime: string;
  bytes: Buffer;
}

/** Reads the parts of a form. Undefined for a body that is none, or whose last boundary is missing. */
export function parseForm(contentType: string, body: Uint8Array): FormPart[] | undefined {
  const [, quoted, bare] =
    /^multipart\/form-data\s*;.*\bboundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? bare;
  if (boundary === undefined) return undefined;
  const all = Buffer.concat([Buffer.from('\r\n'), Buffer.from(body)]);
  const mark = Buffer.from(`\r\n--${boundary}`);
  const parts: FormPart[] = [];
  for (let at = all.indexOf(mark); at >= 0;) {
    const start = at + mark.length;
    if (all.subarray(start, start + 2).toString() === '--') return parts;
    const end = all.indexOf(mark, start);
    const part = end < 0 ? undefined : partOf(all.subarray(start, end));
    if (!part) return undefined;
    parts.push(part);
    at = end;
  }
  return undefined;
}

/** Reads what stands between two boundaries, from the line break behind the first one on. */
function partOf(bytes: Buffer): FormPart | undefined {
  const blank = bytes.indexOf('\r\n\r\n');
  if (blank < 0) return undefined;
  const head = bytes.subarray(0, blank).toString('utf8');
  const name = /^content-disposition:.*?[;\s]name="([^"]*)"/im.exec(head)?.[1];
  if (name === undefined) return undefined;
  const filename = /[;\s]filename="([^"]*)"/i.exec(head)?.[1];
  return {
    name: unquoted(name),
    ...(filename === undefined ? {} : { filename: unquoted(filename) }),
    mime: /^content-type:\s*(\S+)/im.exec(head)?.[1] ?? 'text/plain',
    bytes: bytes.subarray(blank + 4),
  };
}

const unquoted = (text: string): string =>
  text.replaceAll('%22', '"').replaceAll('%0D', '\r').replaceAll('%0A', '\n');
