import { checkFlags, readFlags } from '../../src/providers/ark/native-flags';

/** Flags of a prompt that could be read in two ways are refused where they decide the price, and nowhere else. */

const refused: [prompt: string, given: string[], said: string][] = [
  ['a cat --dur 12 --dur 2', [], 'content: says its length twice in its text: "--dur" and "--dur"'],
  [
    'a cat --duration 12 --dur 2',
    [],
    'says its length twice in its text: "--duration" and "--dur"',
  ],
  ['a cat --dur 12 --frames 49', [], 'says its length twice in its text: "--dur" and "--frames"'],
  ['a cat --rs 1080p --resolution 480p', [], 'says its resolution twice'],
  ['a cat --rt 16:9 --ratio 9:16', [], 'says its ratio twice'],
  ['a cat--dur 12', [], 'has "--dur" in its text without blanks around it and its value'],
  ['a cat --dur=12', [], 'has "--dur" in its text without blanks'],
  ['a cat --dur12', [], 'has "--dur" in its text without blanks'],
  ['a cat --dur\t12', [], 'has "--dur" in its text without blanks'],
  ['a cat --dur', [], 'has "--dur" in its text without blanks'],
  ['a cat --DUR 12', [], 'has "--DUR" in its text without blanks'],
  ['a cat --dur 12 --dur 2', ['resolution'], 'says its length twice'],
];

test.each(refused)('%j beside %j is refused', (prompt, given, said) => {
  expect(() => {
    checkFlags(prompt, new Set(given));
  }).toThrow(said);
});

const taken: [prompt: string, given: string[], read: object][] = [
  ['a cat  --rs 720p  --dur 5', [], { resolution: '720p', duration: 5 }],
  ['--dur 5\n--rt 16:9', [], { duration: 5, ratio: '16:9' }],
  ['a cat --seed 1 --seed 2 --wm true', [], { seed: 2, watermark: true }],
  ['a cat --durable 5 --unknown 1', [], {}],
  ['a cat --dur 12 --dur 2', ['duration'], { duration: 2 }],
  ['a cat—dur 12', [], {}],
];

test.each(taken)('%j beside %j is read in the one way that there is', (prompt, given, read) => {
  checkFlags(prompt, new Set(given));
  expect(readFlags(prompt)).toEqual(read);
});
