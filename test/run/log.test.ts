import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatewayError } from '../../src/core/errors';
import { fileLog } from '../../src/run/log';

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
