import { createByteGate } from '../../activities/byte-gate';
import { againAfterMs, createPlaces } from '../../activities/places';

describe('places', () => {
  const names = (host: string, workspace: string) => [
    { name: `host ${host}`, max: 2 },
    { name: `workspace ${workspace}`, max: 3 },
  ];

  test('a host that hangs keeps its own places and nobody else’s', () => {
    const places = createPlaces();
    for (const now of [0, 1]) expect(places.take(names('a', 'w'), now)).toHaveProperty('leave');
    expect(places.take(names('a', 'w'), 500)).toEqual({ heldMs: 500 });
    expect(places.take(names('b', 'w'), 500)).toHaveProperty('leave');
    expect(places.take(names('c', 'w'), 600)).toEqual({ heldMs: 600 });
    expect(places.take(names('c', 'v'), 600)).toHaveProperty('leave');
  });

  test('one who finds no place takes none of the other names either', () => {
    const places = createPlaces();
    const first = places.take(names('a', 'w'), 0);
    places.take(names('a', 'w'), 0);
    for (let round = 0; round < 10; round += 1) places.take(names('a', 'v'), 0);
    for (const host of ['b', 'c', 'd']) {
      expect(places.take(names(host, 'v'), 0)).toHaveProperty('leave');
    }
    if ('leave' in first) first.leave();
    expect(places.take(names('a', 'u'), 0)).toHaveProperty('leave');
  });

  test.each([
    [0, 100, 300],
    [1_000, 500, 1_500],
    [60_000, 2_500, 7_500],
  ])('whoever finds the oldest there for %i ms comes again after %i to %i ms', (held, min, max) => {
    expect(againAfterMs(held, 0)).toBe(min);
    expect(againAfterMs(held, 1)).toBe(max);
  });
});

describe('the memory for sending', () => {
  const held = () => {
    let end: () => void = () => undefined;
    const work = () => new Promise<string>((resolve) => (end = () => resolve('sent')));
    return { work, end: () => end() };
  };

  test('lets in what fits, then one after the other in the order they came', async () => {
    const gate = createByteGate(100);
    const entered: string[] = [];
    const jobs = ['a', 'b', 'c', 'd'].map((name, index) => {
      const { work, end } = held();
      const bytes = [60, 40, 100, 1][index] ?? 0;
      const result = gate.within(bytes, 5_000, () => {
        entered.push(name);
        return work();
      });
      return { end, result };
    });
    await Promise.resolve();
    expect(entered).toEqual(['a', 'b']);
    jobs[0]?.end();
    await jobs[0]?.result;
    expect(entered).toEqual(['a', 'b']);
    jobs[1]?.end();
    await jobs[1]?.result;
    await new Promise((resolve) => setImmediate(resolve));
    expect(entered).toEqual(['a', 'b', 'c']);
    jobs[2]?.end();
    await jobs[2]?.result;
    await new Promise((resolve) => setImmediate(resolve));
    expect(entered).toEqual(['a', 'b', 'c', 'd']);
    jobs[3]?.end();
    expect(await jobs[3]?.result).toBe('sent');
  });

  test('lets a file larger than all of it in alone, and text at any time', async () => {
    const gate = createByteGate(100);
    const { work, end } = held();
    const large = gate.within(1_000, 5_000, work);
    expect(await gate.within(0, 0, async () => 'text')).toBe('text');
    expect(await gate.within(1, 10, async () => 'a file')).toBeUndefined();
    end();
    expect(await large).toBe('sent');
    expect(await gate.within(1, 10, async () => 'a file')).toBe('a file');
  });

  test('one who gives up stops nobody behind it, and work that fails gives its room back', async () => {
    const gate = createByteGate(100);
    const { work, end } = held();
    const first = gate.within(50, 5_000, work);
    const tooLarge = gate.within(80, 20, async () => 'large');
    const behind = gate.within(50, 5_000, async () => 'small');
    expect(await tooLarge).toBeUndefined();
    expect(await behind).toBe('small');
    end();
    await first;
    const failing = async () => {
      throw new RangeError('Invalid string length');
    };
    await expect(gate.within(100, 10, failing)).rejects.toThrow(RangeError);
    expect(await gate.within(100, 10, async () => 'in')).toBe('in');
  });
});
