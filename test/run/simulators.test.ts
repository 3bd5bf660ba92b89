import { join } from 'node:path';
import { readConfig } from '../../src/config';
import { loadSimulators } from '../../src/run/simulators';
import { temporaryFolder } from '../host/temporary';

const REAL = {
  mine: { provider: 'ark', baseUrl: 'https://ark.example', credentials: { apiKey: 'k' } },
};
const read = (channels: object) =>
  readConfig({ REELAY_CONFIG: '' }, { channels, models: {} } as Parameters<typeof readConfig>[1]);

test('the simulators are loaded for a simulated channel, with what its provider signs', () => {
  const simulators = loadSimulators(read({ mine: { provider: 'ark', simulated: true } }));
  const address = simulators?.at('http://127.0.0.1:8090/');
  expect(address?.origin).toBe('http://127.0.0.1:8090');
  expect(address?.channelOf('ark')).toEqual({
    baseUrl: 'http://127.0.0.1:8090/ark',
    credentials: { apiKey: 'simulated' },
  });
  expect(address?.channelOf('constructor')).toBeUndefined();
});

test('real channels need none', () => {
  expect(loadSimulators(read(REAL), join(temporaryFolder(), 'part'))).toBeUndefined();
});

test('an installation without them names the channel that asks for them', () => {
  const config = read({ ...REAL, clips: { provider: 'kling', simulated: true } });
  expect(() => loadSimulators(config, join(temporaryFolder(), 'part'))).toThrow(
    'channel "clips" is simulated, and the simulators are not part of this installation; give it the "baseUrl"',
  );
});
