import { addMember, edited, readTree, replaceValue, valuesAt } from '../../src/core/json/json-text';

/** A value is replaced in the text; everything beside it stays as its author wrote it. */

const replaced = (text: string, steps: string[], value: unknown): string =>
  edited(
    text,
    valuesAt(readTree(text), steps).map((node) => replaceValue(node, value)),
  );

test.each([
  ['{"a":1}', ['a'], '{"a":"new"}'],
  ['{ "b" : 1.50e+1 ,\n"a"\t: {"deep":[1, 2]} }', ['a'], '{ "b" : 1.50e+1 ,\n"a"\t: "new" }'],
  ['{"a":1,"b":"\\ud83d","a":2}', ['a'], '{"a":"new","b":"\\ud83d","a":"new"}'],
  ['{"\\u0061":1}', ['a'], '{"\\u0061":"new"}'],
  [
    '{"c":[{"d":{"id":1}},{"d":{"id":"x"}},{"e":1},3]}',
    ['c', '*', 'd', 'id'],
    '{"c":[{"d":{"id":"new"}},{"d":{"id":"new"}},{"e":1},3]}',
  ],
  ['{"漢":"字","a":"é😀"}', ['a'], '{"漢":"字","a":"new"}'],
  ['{"a":1}', ['b'], '{"a":1}'],
  ['[1]', ['a'], '[1]'],
  ['{"c":{"d":1}}', ['c', '*', 'd'], '{"c":{"d":1}}'],
])('in %s at %j', (text, steps, expected) => {
  expect(replaced(text, steps, 'new')).toBe(expected);
});

test.each([
  ['{}', '{"n":1}'],
  ['{ }', '{ "n":1}'],
  ['{"a":{}}\n', '{"a":{},"n":1}\n'],
  ['{"a":1 }', '{"a":1 ,"n":1}'],
])('a member is added to %j', (text, expected) => {
  const added = edited(text, [addMember(readTree(text), 'n', 1)]);
  expect(added).toBe(expected);
  expect(JSON.parse(added)).toMatchObject({ n: 1 });
});

test('a name that is written forty thousand times is replaced as often, in time that grows with the text', () => {
  const text = `{${'"a":1,'.repeat(40_000)}"b":1}`;
  expect(replaced(text, ['a'], 2)).toBe(`{${'"a":2,'.repeat(40_000)}"b":1}`);
});

test.each(['', '{', '{"a":1,}', '{"a":1}//', '{a:1}', '{"a":1}{'])('%j is refused', (text) => {
  expect(() => readTree(text)).toThrow('the text is not JSON');
});
