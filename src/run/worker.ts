import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ActivityDeps } from '../../activities';
import { createActivities, createFirstCopies } from '../../activities';
import { createByteGate } from '../../activities/byte-gate';
import { createHungHosts } from '../../activities/hung-hosts';
import { watchTurns } from '../../activities/turns';
import { createPlaces } from '../../activities/places';
import type { Channel } from '../core/catalog/catalog';
import type { RenderContext } from '../core/api/dialect';
import { filesEndAt } from '../core/job/files';
import { createChannelHealth } from '../attempts/health';
import { dialects } from '../dialects';
import { activitySlots } from '../engine/slots';
import { startWorkers } from '../engine/worker';
import type { RunningWorkers } from '../engine/worker';
import { accept, fetchInputs } from '../gateway';
import { alertTarget } from './alerts';
import { acceptDeps } from './accept-deps';
import { callbackLimits } from './callback-slots';
import type { Foundation } from './foundation';
import { heapBytes, sendingBytes } from './memory';
import { stopWaits } from './stop-waits';

/**
 * Starts the queues of the gateway. `callbackBase` is where that channel's provider can reach the API; undefined = it is
 * only polled. At `sdkMetrics`, such as `127.0.0.1:9465`, the engine's library tells its own metrics.
 */
export async function startWorker(
  base: Foundation,
  callbackBase: (channel: Channel) => string | undefined,
  sdkMetrics?: string,
): Promise<RunningWorkers> {
  const render: RenderContext = {
    link: (job, kind) => base.links.sign({ workspaceId: job.workspaceId, jobId: job.id, kind }),
    filesEndAt: (job) => filesEndAt(base.config.retention, job),
  };
  const stopping = new AbortController();
  // All that are known: a job may name one whose last channel has left the config since.
  const providers = base.catalog.providers().map(({ name }) => name);
  const slots = activitySlots(base.config.limits, { exchanging: 1 + providers.length });
  const health = createChannelHealth({ ...base, now: Date.now });
  const parts: Omit<ActivityDeps, 'firstCopies'> = {
    ...base,
    refreshConfig: base.reload.refresh,
    health,
    sending: createByteGate(sendingBytes(base.config.limits.sendMemoryBytesMax, heapBytes())),
    places: createPlaces(),
    hungHosts: createHungHosts(base.config.waits.hungHostMs),
    dialects,
    render,
    waits: base.config.waits,
    limits: {
      ...base.config.limits,
      ...callbackLimits(base.config.limits, slots),
    },
    retention: base.config.retention,
    alerts: alertTarget(base.config, base.outbound),
    now: Date.now,
    random: Math.random,
    newToken: () => base.random(16).toString('hex'),
    async accept(principal, creation) {
      const accepting = acceptDeps(base);
      const fetched = await fetchInputs(accepting, principal, creation);
      const accepted = await accept(accepting, principal, creation, fetched);
      return accepted.kind === 'created' ? accepted.job.id : accepted.jobId;
    },
    callbackBase,
    signInput: base.inputLinks.sign,
    renewLink: base.links.renew,
    stopping: stopping.signal,
  };
  const woken = { wake: (): void => firstCopies.wake() };
  const deps: ActivityDeps = { ...parts, firstCopies: woken };
  const firstCopies = createFirstCopies(deps);
  const workers = await startWorkers({
    connection: base.connection,
    namespace: base.namespace,
    workflowBundle: workflowBundle(),
    activities: createActivities(deps),
    providers,
    identity: base.identity,
    sdkMetrics,
    limits: {
      ...base.config.limits,
      heartbeatMs: base.config.waits.heartbeatMs,
      stop: stopWaits(base.config.waits),
      stickyMs: base.config.waits.stickyMs,
    },
    log: base.log,
  });
  const turnWatch = watchTurns(deps);
  // What a process that ended has claimed, or never claimed.
  firstCopies.wake();
  return {
    ...workers,
    async stop() {
      stopping.abort();
      await Promise.all([workers.stop(), firstCopies.stop(), turnWatch.stop()]);
      await health.stop();
    },
  };
}

/** Returns the path of the workflows' bundle, which the build makes, so that no bundler runs when the gateway does. */
function workflowBundle(): string {
  const places = ['../..', '../../dist'].map((up) => join(__dirname, up, 'workflow-bundle.js'));
  const found = places.find((path) => existsSync(path));
  if (!found) throw new Error('dist/workflow-bundle.js is missing; run: npm run build');
  return found;
}
