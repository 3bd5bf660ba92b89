import { nearest } from '../core/json/known-fields';
import type { ChannelTrial } from '../run/try-channels';
import { exits, newCommand } from './kit/command';
import { EXIT } from './kit/exit-codes';
import { jsonOption } from './kit/options';
import { UsageError } from './kit/values';

/** Makes `reelay try`, which says whether the channels of the config work, by a call that costs nothing. */
export const tryCommand = () =>
  newCommand({
    name: 'try',
    summary: 'call each channel once, at no cost, and say whether it works',
    description:
      'Makes one real call on each channel of the config, which makes no video and costs nothing, and says whether host ' +
      'and credential work. It needs no database and no engine, and exits with 1 where a channel does not work.',
    examples: ['reelay try', 'reelay try --channel mine --json'],
  })
    .option('--channel <name>', 'this one alone')
    .addOption(jsonOption())
    .action(
      exits(async ({ channel, json }) => {
        const [{ settingsFor }, { tryChannels }] = await Promise.all([
          import('../run/settings.js'),
          import('../run/try-channels.js'),
        ]);
        const config = settingsFor(channel);
        const trials = await tryChannels(config, namesOf(Object.keys(config.channels), channel));
        const ok = trials.every((trial) => trial.ok);
        process.stdout.write(
          json ? `${JSON.stringify({ ok, channels: trials })}\n` : trials.map(lineOf).join(''),
        );
        return ok ? EXIT.ok : EXIT.failed;
      }),
    );

/** Gives all channels, or the one that was named. Throws where there is none of that name. */
function namesOf(known: readonly string[], wanted: string | undefined): readonly string[] {
  if (wanted === undefined || known.includes(wanted))
    return wanted === undefined ? known : [wanted];
  const near = nearest(wanted, known);
  const guess = near === undefined ? '' : `; did you mean "${near}"?`;
  throw new UsageError(`there is no channel "${wanted}"${guess} (${known.join(', ') || 'none'})`);
}

/** Writes `ok      mine (ark): ...` with the time that it took. */
function lineOf({ ok, channel, provider, says, ms }: ChannelTrial): string {
  const took = ms === 0 ? '' : ` (${String(ms)} ms)`;
  return `${ok ? 'ok    ' : 'failed'}  ${channel} (${provider}): ${says}${took}\n`;
}
