import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatewayError } from '../../src/core/errors';
import { told } from '../../src/engine/worker';
import { fileLog, streamLog } from '../../src/run/log';

/** A line of the log holds all of an error, under whatever name it came. */

function logged(fields: Record<string, unknown>): Record<string, unknown> {
  const lines: string[] = [];
  streamLog({ write: (line: string) => void lines.push(line) }).error(fields, 'said');
  return JSON.parse(lines[0] ?? '') as Record<string, unknown>;
}

test.each(['err', 'error', 'reason'])('an error under "%s" is written whole', (name) => {
  const error = Object.assign(new Error('no answer', { cause: new Error('reset') }), { code: 14 });
  expect(logged({ [name]: error })[name]).toMatchObject({
    message: 'no answer: reset',
    stack: expect.stringContaining('log.test'),
    code: 14,
  });
});

test('a cause that is no error is written too', () => {
  const error = new Error('outer', { cause: new Error('inner', { cause: { kind: 'no_reply' } }) });
  expect(logged({ err: error })['err']).toMatchObject({ cause: { kind: 'no_reply' } });
});

test('a query that failed is told by its cause, without its parameters', () => {
  const cause = new Error('relation is missing');
  const error = Object.assign(new Error('insert "a secret prompt"', { cause }), { params: ['x'] });
  expect(JSON.stringify(logged({ error }))).not.toContain('a secret prompt');
});

test('what is no error stays as it is', () => {
  expect(logged({ err: { kind: 'refused' }, error: 'a word', jobId: 'j' })).toMatchObject({
    err: { kind: 'refused' },
    error: 'a word',
    jobId: 'j',
  });
});

test('the engine’s library may tell errors under its own name, and its tokens are not written', () => {
  const error = new Error('Timed out while waiting for worker to shutdown gracefully');
  const fields = logged(told({ error, taskToken: 'secret', task: '{"input":1}', activityId: '1' }));
  expect(fields).toMatchObject({ err: { message: error.message }, activityId: '1' });
  expect(Object.keys(fields)).not.toEqual(expect.arrayContaining(['taskToken']));
  expect(Object.keys(fields)).not.toEqual(expect.arrayContaining(['task']));
});

test('a cause is logged whatever it is, and a query’s parameters never', () => {
  const data = mkdtempSync(join(tmpdir(), 'reelay-log-'));
  try {
    const log = fileLog(data);
    const cause = { kind: 'not_sent', reason: 'blocked', detail: 'must be an https URL' };
    const query = Object.assign(
      new Error('select $1, a prompt', { cause: new Error('no table') }),
      {
        params: ['a prompt'],
      },
    );
    log.info({ err: new GatewayError('upstream', { cause }) }, 'value');
    log.info({ err: new GatewayError('internal', { cause: new Error('inner') }) }, 'error');
    log.info({ err: query }, 'query');
    log.info({ err: 'a text' }, 'text');
    const lines = readFileSync(join(data, 'logs', 'gateway.log'), 'utf8')
      .trim()
      .split('\n');
    const [value, error, failed, text] = lines.map((line) => JSON.parse(line) as { err: unknown });
    expect(value?.err).toMatchObject({ code: 'upstream', cause });
    expect(error?.err).toMatchObject({ stack: expect.stringContaining('inner') as unknown });
    expect(failed?.err).toMatchObject({ message: 'no table' });
    expect(JSON.stringify(failed)).not.toContain('a prompt');
    expect(text?.err).toBe('a text');
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
});
