import { changedByReading } from '../../src/core/json/json-exact';
import { repeatedName } from '../../src/core/json/json-repeats';

const bytes = (text: string): Uint8Array => Buffer.from(text);

test.each<[json: string, path: string[]]>([
  ['{"a":1,"a":1}', ['a']],
  ['{"a":{"b":[0,{"c":1,\n"c" : 2}]}}', ['a', 'b', '1', 'c']],
  ['{"a":1,"\\u0061":2}', ['a']],
  ['[[],{"x":"}","x":"{"}]', ['1', 'x']],
  ['{"é":1,"é":2}', ['é']],
  ['{"":1,"":2}', ['']],
])('finds the field that is twice in %s', (json, path) => {
  expect(repeatedName(bytes(json))).toEqual({ path, problem: 'is there twice; send it once' });
  expect(changedByReading(bytes(json))?.path).toEqual(path);
});

test.each([
  '{"a":{"a":{"a":1}},"b":{"a":1}}',
  '[{"a":1},{"a":1}]',
  '{"a":"a","b":"a","c":["a","a"]}',
  '{"a":"\\"a\\":1,\\"a\\":2"}',
  '{"a":1,"A":2}',
  '[]',
  '{"toString":1,"constructor":2}',
])('takes %s, where each object has each field once', (json) => {
  expect(repeatedName(bytes(json))).toBeUndefined();
});
