import type { DemoReport } from './report';

/** The screen shows a person the demo: all of it on stderr except the summary, since stdout is the command's answer. */
export interface Screen {
  line(text: string): void;
  progress(state: string, percent: number, elapsedMs: number): void;
  summary(report: DemoReport, uiUrl: string | undefined, namespace: string): void;
}

const BAR_WIDTH = 24;

export function createScreen({ isTerminal }: { isTerminal: boolean }): Screen {
  let isBarOpen = false;
  let last = '';
  const closeBar = (): void => {
    if (isBarOpen) process.stderr.write('\n');
    isBarOpen = false;
  };
  return {
    line(text) {
      closeBar();
      process.stderr.write(`${text}\n`);
    },
    progress(state, percent, elapsedMs) {
      const seconds = (elapsedMs / 1_000).toFixed(1);
      if (isTerminal) {
        const bar = percent > 0 ? filled(percent) : wandering(elapsedMs);
        process.stderr.write(
          `\r${bar} ${percent > 0 ? `${String(percent).padStart(3)} %` : '     '}  ${state.padEnd(12)} ${seconds} s `,
        );
        isBarOpen = true;
      } else if (state !== last) {
        process.stderr.write(`${state} after ${seconds} s\n`);
      }
      last = state;
    },
    summary(report, uiUrl, namespace) {
      closeBar();
      process.stdout.write(text(report, uiUrl, namespace));
    },
  };
}

function filled(percent: number): string {
  const full = Math.round((BAR_WIDTH * percent) / 100);
  return `${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)}`;
}

/** This provider reports no percentage, and none is made up: a block that moves says that it is alive. */
function wandering(elapsedMs: number): string {
  const at = Math.floor(elapsedMs / 100) % BAR_WIDTH;
  return `${'░'.repeat(at)}█${'░'.repeat(BAR_WIDTH - at - 1)}`;
}

function text(report: DemoReport, uiUrl: string | undefined, namespace: string): string {
  const { video, callback, ledger } = report;
  const run = uiUrl
    ? `${uiUrl}/namespaces/${namespace}/workflows/${report.job_id}`
    : 'in the Temporal UI of `start` on the same --data';
  const rows = [
    [
      'job',
      `${report.job_id}: ${report.state}${report.error_code ? ` (${report.error_code})` : ''}`,
    ],
    [
      'took',
      `${(report.elapsed_ms / 1_000).toFixed(1)} s, ${String(report.polls)} looks at the provider`,
    ],
    [
      'video',
      video
        ? `${video.path} (${String(video.width)}x${String(video.height)}, ${String(video.duration_s)} s, ${String(video.bytes)} bytes)`
        : 'none',
    ],
    [
      'callback',
      callback ? `${callback.id}, ${callback.verified ? 'verified' : 'NOT verified'}` : 'none',
    ],
    ['billed', `${ledger.settled} points (held ${ledger.held}, released ${ledger.released})`],
    ['used', `${String(report.usage.tokens)} tokens, ${String(report.usage.seconds)} s of video`],
    [
      'submits',
      `${String(report.provider_submits)} at the provider, ${String(report.history_events)} events in the history`,
    ],
    [
      'engine',
      `${report.engine.version} (${report.engine.kind}), PostgreSQL ${report.store.version} (${report.store.kind})`,
    ],
    ['this run', run],
  ];
  return `\n${rows.map(([name = '', value = '']) => `  ${name.padEnd(9)} ${value}`).join('\n')}\n`;
}
