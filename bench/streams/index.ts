import { EXIT } from '../../src/commands/kit/exit-codes';
import type { CallsAnswer, CallsOrder } from '../children/callers';
import type { StreamsAnswer, StreamsQuestion } from '../children/stream-readers';
import { commitOf, describeMachine } from '../machine/describe';
import { forkChild } from '../parts/forked';
import { startGateway } from '../parts/gateway';
import { withServers } from '../parts/session';
import type { Session } from '../parts/session';
import { measureStreams } from './measure';
import type { StreamFigures } from './measure';

interface StreamsOptions {
  streams: number;
  json?: true | undefined;
}

/** Lets the database remember when each transaction was committed (PostgreSQL, "track_commit_timestamp"). */
const SETTINGS = { track_commit_timestamp: 'on' };

/**
 * Holds many streams of events open at one API process, first of single videos and then of their whole workspace. Readers,
 * callers, worker, simulator, engine and database are processes of their own, so that memory and event loop are those
 * of the API alone. Fails where an event did not reach a reader.
 */
export function benchStreams({ streams, json }: StreamsOptions): Promise<number> {
  return withServers({ json, settings: SETTINGS }, async (session) => {
    const commit = commitOf();
    const figures = await measureBoth(session, streams);
    const { version, kind } = session.servers.store;
    const report = {
      bench: 'streams',
      ...figures,
      machine: describeMachine(),
      postgres: `${version} (${kind})`,
      commit,
      at: new Date().toISOString(),
    };
    const isWhole = Object.values(figures).every(({ lost }) => lost === 0);
    return { report, exitCode: isWhole ? EXIT.ok : EXIT.failed };
  });
}

async function measureBoth(
  session: Session,
  streams: number,
): Promise<Record<'videos' | 'workspace', StreamFigures>> {
  const { stack, goOn, say } = session;
  const gateway = await startGateway(session, { name: 'streams', hasMetrics: true });
  goOn();
  const readers = forkChild<StreamsQuestion, StreamsAnswer>('stream-readers');
  stack.push('readers', readers.stop);
  const callers = forkChild<CallsOrder, CallsAnswer>('callers');
  stack.push('callers', callers.stop);
  const parts = { gateway, readers, callers };
  const measured = async () => {
    say('bench: streams of videos');
    const videos = await measureStreams(parts, { of: 'videos', streams });
    say('bench: streams of the workspace');
    return { videos, workspace: await measureStreams(parts, { of: 'workspace', streams }) };
  };
  return Promise.race([measured(), gateway.failed]);
}
