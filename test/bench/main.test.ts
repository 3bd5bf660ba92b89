import { main } from '../../bench/main';

let said = '';
beforeEach(() => {
  said = '';
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
});
afterEach(() => jest.restoreAllMocks());

test.each<[args: string[], sentence: RegExp]>([
  [['nonsense'], /which bench\? Known: account, figures, held, million, page/],
  [['--qick'], /--qick[\s\S]*--quick/],
  [['--write', 'before'], /before-1/],
])(
  'a mistake on the command line, %j, is one sentence, and nothing is started',
  async (args, sentence) => {
    expect(await main(args)).toBe(2);
    expect(said).toMatch(sentence);
  },
);
