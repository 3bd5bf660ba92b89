/** What may be wrong with a body of JSON, whatever the route: made from one that is right. */

export interface BadBody {
  name: string;
  /** The bytes as they are sent. */
  body: string | Uint8Array;
  headers?: Record<string, string>;
  /** What the refusal has to name: a field, or what is wrong with the whole. */
  names: RegExp;
}

type Fields = Readonly<Record<string, unknown>>;

const JSON_TYPE = 'application/json';
const BRACKETS = 100_000;
const LONG = 'x'.repeat(33_000);

/** Lists bodies that are wrong as a whole, and no route may take. */
export function badWholes(right: Fields): BadBody[] {
  const text = JSON.stringify(right);
  const latin = Buffer.from(text.replace(/^\{/, '{"note":"caf\u00e9",'), 'latin1');
  const typed = (type: string, body: string | Uint8Array, names: RegExp) => ({
    body,
    headers: { 'content-type': type },
    names,
  });
  return [
    { name: 'text that ends too early', body: text.slice(0, -1) || '{', names: /JSON/ },
    { name: 'a list', body: '[]', names: /body|object/i },
    { name: 'null', body: 'null', names: /body|object/i },
    { name: 'a text', body: '"x"', names: /body|object/i },
    { name: 'a number', body: '1', names: /body|object/i },
    { name: '10^5 brackets', body: '['.repeat(BRACKETS), names: /20 levels/ },
    { name: '10^5 braces', body: '{"a":'.repeat(BRACKETS), names: /20 levels/ },
    { name: '10^5 values', body: `[${'0,'.repeat(BRACKETS)}0]`, names: /10000 values/ },
    { name: 'NaN', body: withMember(text, '"zz":NaN'), names: /JSON/ },
    { name: 'bytes that are no UTF-8', body: latin, names: /JSON/ },
    { name: 'UTF-16', body: Buffer.from(text, 'utf16le'), names: /JSON/ },
    {
      name: 'a charset that is not read',
      ...typed(`${JSON_TYPE}; charset=utf-16`, text, /utf-8/i),
    },
    { name: 'a type that is not read', ...typed('text/plain', text, /Content-Type/) },
    {
      name: 'a compressed body',
      body: text,
      headers: { 'content-encoding': 'gzip' },
      names: /Content-Encoding/,
    },
  ];
}

/** Lists bodies with a member that no route knows, or one that cannot be kept as it was sent. */
export function badMembers(right: Fields): BadBody[] {
  const text = JSON.stringify(right);
  const [first = 'model'] = Object.keys(right);
  return [
    { name: 'an unknown field', body: withMember(text, '"zz_unknown":1'), names: /zz_unknown/ },
    { name: '__proto__', body: withMember(text, '"__proto__":{"a":1}'), names: /__proto__/ },
    {
      name: 'a field twice',
      body: withMember(text, `"${first}":"a","${first}":"b"`),
      names: /twice/,
    },
    {
      name: 'a number past all',
      body: withMember(text, '"zz_unknown":1e400'),
      names: /zz_unknown/,
    },
  ];
}

/** Lists bodies of which one field has a value of a kind that it cannot have. */
export function badFields(right: Fields): (BadBody & { field: string })[] {
  return Object.entries(right).flatMap(([field, value]) =>
    BAD_VALUES.filter(({ isFor }) => isFor(value)).map(({ name, json }) => ({
      field,
      name: `${field}: ${name}`,
      body: JSON.stringify({ ...right, [field]: '@' }).replace(
        `${JSON.stringify(field)}:"@"`,
        `${JSON.stringify(field)}:${json}`,
      ),
      names: new RegExp(field, 'i'),
    })),
  );
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isNumber = (value: unknown): boolean => typeof value === 'number';
const isAny = (): boolean => true;
const isNoList = (value: unknown): boolean => !Array.isArray(value);
const isNoObject = (value: unknown): boolean => typeof value !== 'object';

const BAD_VALUES: readonly { name: string; json: string; isFor(right: unknown): boolean }[] = [
  { name: 'a list of lists', json: '[[]]', isFor: isAny },
  { name: 'an empty list', json: '[]', isFor: isNoList },
  { name: 'an object', json: '{"zz":{}}', isFor: isNoObject },
  { name: 'yes', json: 'true', isFor: (value) => typeof value !== 'boolean' },
  { name: 'NUL', json: '"a\\u0000b"', isFor: isAny },
  { name: 'half a character', json: '"a\\ud800b"', isFor: isAny },
  { name: '33,000 characters', json: JSON.stringify(LONG), isFor: isAny },
  { name: 'a number for a text', json: '7', isFor: isText },
  { name: 'less than nothing', json: '-7', isFor: isNumber },
  { name: 'a huge number', json: '1e300', isFor: isNumber },
  { name: 'a number past all', json: '1e400', isFor: isAny },
  { name: 'NaN in quotes', json: '"NaN"', isFor: isNumber },
];

const withMember = (text: string, member: string): string =>
  text === '{}' ? `{${member}}` : `${text.slice(0, -1)},${member}}`;
