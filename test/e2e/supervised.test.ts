import { readRun } from '../../src/host/run-file';
import { useTestGateway, until } from '../support/gateway';

/** `start` runs engine and database as its children: one that dies is back at once, and jobs go on. */

// An engine of its own: the one that all tests share must not die.
const gateway = useTestGateway({}, { env: { TEMPORAL_ADDRESS: '' } });

test.each(['engine', 'postgres'])(
  'a killed %s is launched again on its port and data, and a waiting job ends',
  async (name) => {
    const id = await gateway.post({ prompt: `${name} [[sim polls=12 video=shared]]` });
    await until('the job to run', async () => {
      const { json } = await gateway.call('GET', `/v1/videos/${id}`);
      return json.status === 'in_progress' ? true : undefined;
    });
    const before = readRun(gateway.data, name);
    process.kill(before?.pid ?? 0, 'SIGKILL');
    const after = await until('another process', async () => {
      const run = readRun(gateway.data, name);
      return run && run.pid !== before?.pid ? run : undefined;
    });
    expect(after.port).toBe(before?.port);
    const video = await until('the job to end', async () => {
      const { status, json } = await gateway.call('GET', `/v1/videos/${id}`);
      return status === 200 && json.status === 'completed' ? json : undefined;
    });
    expect(video.id).toBe(id);
    // Jobs go on as soon as it listens; the line follows when it has answered.
    await until('the line in the log', async () =>
      gateway.logged.find(
        (line) =>
          line.includes('was launched again') &&
          line.includes(name === 'engine' ? 'the engine had ended' : 'Postgres had ended'),
      ),
    );
    const usage = await gateway.sql('SELECT count(*)::int AS rows FROM usage');
    expect(usage).toEqual([{ rows: name === 'engine' ? 1 : 2 }]);
  },
);
