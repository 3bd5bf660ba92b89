import { pino } from 'pino';
import { readable } from '../../src/run/readable';

/** What a person at a terminal reads of the log, made from the very lines that programs get. */

const lineOf = (write: (log: ReturnType<typeof pino>) => void): string => {
  let line = '';
  const stream = { write: (text: string) => void (line = text.trimEnd()) };
  write(pino({ base: { pid: 7 }, timestamp: () => ',"time":"2026-11-28T12:00:05.123Z"' }, stream));
  return line;
};

test('a warning is its time, its sentence, and its ids in words', () => {
  const line = lineOf((log) => {
    log.warn({ jobId: 'j-1', tryNumber: 2, outcome: 'HTTP 500' }, 'a callback was not taken');
  });
  expect(readable(line)).toBe(
    '12:00:05 WARN a callback was not taken (jobId=j-1, tryNumber=2, outcome=HTTP 500)',
  );
});

test('an error says its cause and no stack', () => {
  const line = lineOf((log) => {
    log.error({ err: new Error('the disk is full'), jobId: 'j-1' }, 'activity failed unexpectedly');
  });
  expect(readable(line)).toBe(
    '12:00:05 ERROR activity failed unexpectedly: the disk is full (jobId=j-1)',
  );
});

test('tokens of the engine and endless values are left to the file', () => {
  const line = lineOf((log) => {
    log.warn({ source: 'temporal', taskToken: 'QUJD'.repeat(90), long: 'x'.repeat(900) }, 'late');
  });
  expect(readable(line)).toBe(`12:00:05 WARN late (long=${'x'.repeat(200)}...)`);
});

test.each(['no JSON', '[]', 'null'])('what is no line of ours is passed on: %s', (line) => {
  expect(readable(line)).toBe(line);
});
