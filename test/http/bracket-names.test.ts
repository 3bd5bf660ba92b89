import { nest } from '../../src/http/bracket-names';

type Fields = [string, string][];

describe('bracketed names', () => {
  test.each<[what: string, fields: Fields, value: unknown]>([
    ['nothing', [], {}],
    [
      'plain names',
      [
        ['a', '1'],
        ['b', '2'],
      ],
      { a: '1', b: '2' },
    ],
    [
      'an object',
      [
        ['a[x]', '1'],
        ['a[y]', '2'],
      ],
      { a: { x: '1', y: '2' } },
    ],
    [
      'a list of values',
      [
        ['a[]', '1'],
        ['a[]', '1'],
      ],
      { a: ['1', '1'] },
    ],
    [
      'a list whose repeated key starts the next item',
      [
        ['a[][x]', '1'],
        ['a[][y]', '2'],
        ['a[][x]', '3'],
        ['a[][y]', '4'],
      ],
      {
        a: [
          { x: '1', y: '2' },
          { x: '3', y: '4' },
        ],
      },
    ],
    [
      'a repeated key below the item',
      [
        ['a[][u][url]', '1'],
        ['a[][t]', '2'],
        ['a[][u][url]', '3'],
        ['a[][t]', '4'],
      ],
      {
        a: [
          { u: { url: '1' }, t: '2' },
          { u: { url: '3' }, t: '4' },
        ],
      },
    ],
    [
      'a list in an item of a list',
      [
        ['a[][b][]', '1'],
        ['a[][b][]', '2'],
        ['a[][c]', '3'],
        ['a[][c]', '4'],
        ['a[][b][]', '5'],
      ],
      {
        a: [
          { b: ['1', '2'], c: '3' },
          { c: '4', b: ['5'] },
        ],
      },
    ],
    [
      'indexes in any order, with holes',
      [
        ['a[5]', 'z'],
        ['a[0]', 'y'],
      ],
      { a: ['y', 'z'] },
    ],
    [
      'indexed objects',
      [
        ['a[0][x]', '1'],
        ['a[1][x]', '2'],
        ['a[0][y]', '3'],
      ],
      { a: [{ x: '1', y: '3' }, { x: '2' }] },
    ],
    ['four levels', [['a[b][c][d][e]', '1']], { a: { b: { c: { d: { e: '1' } } } } }],
  ])('make %s', (_what, fields, value) => {
    expect(nest(fields, 4)).toEqual(value);
  });

  test.each<[what: string, fields: Fields, said: string]>([
    [
      'a value twice',
      [
        ['a', '1'],
        ['a', '2'],
      ],
      'a: is given twice',
    ],
    [
      'an index twice',
      [
        ['a[0]', '1'],
        ['a[0]', '2'],
      ],
      'is given twice',
    ],
    [
      'a value and an object',
      [
        ['a', '1'],
        ['a[x]', '2'],
      ],
      'both as a value and as an object',
    ],
    [
      'an object and a value',
      [
        ['a[x]', '1'],
        ['a', '2'],
      ],
      'is given twice',
    ],
    [
      'an object and a list',
      [
        ['a[x]', '1'],
        ['a[]', '2'],
      ],
      'both as a list and as an object',
    ],
    [
      'a list and an object',
      [
        ['a[]', '1'],
        ['a[x]', '2'],
      ],
      'mixes ways',
    ],
    [
      'two kinds of lists',
      [
        ['a[]', '1'],
        ['a[0]', '2'],
      ],
      'mixes ways',
    ],
    [
      'items that may have got each other’s fields',
      [
        ['a[][x]', '1'],
        ['a[][y]', '2'],
        ['a[][x]', '3'],
      ],
      'a: has items of different fields',
    ],
    [
      'items of different fields deep inside',
      [
        ['o[a][][x]', '1'],
        ['o[a][][x]', '2'],
        ['o[a][][y]', '2'],
      ],
      'o[a]: has items of different fields',
    ],
    ['five levels', [['a[b][c][d][e][f]', '1']], 'deeper than 4'],
    ['no name', [['[a]', '1']], 'not a field name'],
    ['an open bracket', [['a[b', '1']], 'not a field name'],
    ['a bracket in a bracket', [['a[[b]]', '1']], 'not a field name'],
    ['text after a bracket', [['a[b]c', '1']], 'not a field name'],
    ['a closing bracket', [['a]', '1']], 'not a field name'],
    ['__proto__', [['__proto__[x]', '1']], 'not a known field'],
    ['constructor.prototype', [['a[constructor][prototype][x]', '1']], 'not a known field'],
  ])('refuse %s', (_what, fields, said) => {
    expect(() => nest(fields, 4)).toThrow(said);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});
