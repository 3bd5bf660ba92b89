import { DatabaseError } from 'pg';
import { GatewayError } from '../../src/core/errors';
import { isOutage } from '../../src/store/base/outage';

/** What means that the database is away for a moment, and what is a mistake of ours or of the caller. */

const told = (code: string): Error => Object.assign(new DatabaseError('x', 1, 'error'), { code });
const system = (code: string, syscall: string): Error =>
  Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
const wrapped = (cause: unknown): Error => new Error('Failed query', { cause });

test.each<[what: string, error: unknown]>([
  ['a server that is being stopped', told('57P01')],
  ['a server that crashed', told('57P02')],
  ['a server that starts up', told('57P03')],
  ['too many connections', told('53300')],
  ['a full disk', told('53100')],
  ['a broken protocol', told('08P01')],
  ['a statement that took too long', told('57014')],
  ['a standby after a failover', told('25006')],
  ['a refused connection', system('ECONNREFUSED', 'connect')],
  ['a reset connection', system('ECONNRESET', 'read')],
  ['a name that does not resolve now', system('EAI_AGAIN', 'getaddrinfo')],
  ['a socket file that is not there', system('ENOENT', 'connect')],
  ['a pool that found no connection', new Error('timeout exceeded when trying to connect')],
  ['a connection that ended', new Error('Connection terminated unexpectedly')],
  ['an answer that did not come', new Error('Query read timeout')],
  ['any of them under the query builder', wrapped(told('57P01'))],
  ['each address refusing', new AggregateError([system('ECONNREFUSED', 'connect')])],
])('%s is an outage', (_, error) => expect(isOutage(error)).toBe(true));

test.each<[what: string, error: unknown]>([
  ['a broken constraint', told('23505')],
  ['a mistake in a statement', wrapped(told('42601'))],
  ['a file that is not there', system('ENOENT', 'open')],
  ['an error of ours', new GatewayError('not_found')],
  ['no error at all', 'ECONNREFUSED'],
  ['nothing', undefined],
])('%s is none', (_, error) => expect(isOutage(error)).toBe(false));
