import { setTimeout as sleep } from 'node:timers/promises';
import type { Measurements } from './assemble';
import type { BareAnswer, BareQuestion } from './children/bare';
import type { CallsAnswer, CallsOrder } from './children/callers';
import type { ReaderAnswer, ReaderQuestion } from './children/reader';
import type { ReceiverAnswer, ReceiverQuestion } from './children/receiver';
import { memoryMib } from './machine/processes';
import type { Pace } from './math/pace';
import { forkChild } from './parts/forked';
import type { BenchChild } from './parts/forked';
import { startGateway } from './parts/gateway';
import type { BenchGateway } from './parts/gateway';
import type { Session } from './parts/session';
import { withoutOurs } from './parts/servers';
import { installPeer } from './peer/install';
import type { Context } from './phases/context';
import { measureCost } from './phases/cost';
import { PATIENT, burstPace, measureCreates, openPace } from './phases/creates';
import type { CreateFigures } from './phases/creates';
import { measureDelays } from './phases/delays';
import { measureLifecycles } from './phases/lifecycles';
import { measurePeer } from './phases/peer';
import { measureReads } from './phases/reads';
import type { Plan } from './plan';

/** Everything that a run needs, whatever it measures; `config` holds the defaults, what nobody configured. */
export interface Run extends Session {
  plan: Plan;
}

/** All phases one after the other, each alone on the machine. */
export async function measureAll(run: Run): Promise<Measurements> {
  const { plan, say } = run;
  const callers = child<CallsOrder, CallsAnswer>(run, 'callers');
  const gateway = await startGateway(run, { name: 'jobs' });
  const phases = async (): Promise<Omit<Measurements, 'burst' | 'open' | 'peer'>> => {
    await sleep(plan.restMs);
    const memory = memoryMib({ ...gateway.watched, ...run.servers.watched });
    const context = await openContext(run, gateway, callers);
    say('bench: lifecycles');
    const lifecycle = await measureLifecycles(context, plan.lifecycle);
    context.bare.stop();
    say('bench: delays and cost');
    const delays = await measureDelays(context, plan.delays);
    const cost = await measureCost(context, plan.cost);
    say('bench: reads');
    const reader = child<ReaderQuestion, ReaderAnswer>(run, 'reader');
    const read = await measureReads(context, reader, plan.read);
    reader.stop();
    return { memory, lifecycle, delays, cost, read };
  };
  const measured = await Promise.race([phases(), gateway.failed]);
  await gateway.stop();
  const open = await freshCreates(run, callers, { name: 'open', pace: openPace(plan.create.open) });
  const burst = await freshCreates(run, callers, {
    name: 'burst',
    pace: burstPace(plan.create.burst),
  });
  return { ...measured, open, burst, peer: await peerOrNot(run, callers) };
}

async function openContext(
  run: Run,
  gateway: BenchGateway,
  callers: Context['callers'],
): Promise<Context> {
  const receiver = child<ReceiverQuestion, ReceiverAnswer>(run, 'receiver');
  const bare = await openBare(run, gateway);
  return { servers: run.servers, gateway, callers, receiver, bare };
}

/** Bare Temporal in the gateway's own namespace and database, on a queue of its own. */
async function openBare(
  run: Run,
  { namespace, databaseUrl }: BenchGateway,
  cadence = run.config.waits.cadence,
): Promise<Context['bare']> {
  const bare = child<BareQuestion, BareAnswer>(run, 'bare');
  const { address } = run.servers.engine;
  await bare.ask({ kind: 'open', address, namespace, databaseUrl, cadence });
  return bare;
}

async function freshCreates(
  run: Run,
  callers: Context['callers'],
  { name, pace }: { name: string; pace: Pace },
): Promise<CreateFigures> {
  run.say(`bench: creates, ${name}`);
  const cadence = { ...run.config.waits.cadence, ...PATIENT };
  const gateway = await startGateway(run, { name, waits: { cadence } });
  const bare = await openBare(run, gateway, cadence);
  const measured = measureCreates({ gateway, callers, bare }, pace);
  const figures = await Promise.race([measured, gateway.failed]);
  await gateway.stop();
  return figures;
}

async function peerOrNot(run: Run, callers: Context['callers']): Promise<Measurements['peer']> {
  const { plan, config, servers, say } = run;
  if (!plan.peer) return skipped(say, '--quick leaves the peer out');
  const env = withoutOurs(config.childEnvironment);
  const installed = installPeer(config.cacheFolder, env, say);
  if ('skipped' in installed) return skipped(say, installed.skipped);
  say('bench: the peer');
  const { data } = servers;
  return measurePeer({ ...installed, data, env, callers, restMs: plan.restMs }, plan.peer);
}

function skipped(say: Run['say'], reason: string): { skipped: string } {
  say(`bench: no peer: ${reason}`);
  return { skipped: reason };
}

/** Forks the child of that name, to be stopped with the run at the latest. */
function child<Question extends object, Answer>(
  { stack, goOn }: Run,
  name: string,
): BenchChild<Question, Answer> {
  goOn();
  const forked = forkChild<Question, Answer>(name);
  stack.push(name, forked.stop);
  return forked;
}
