/** What every command ends with. The help of `reelay` and docs/commands.md say the same. */
export const EXIT = {
  /** It did what it was asked for, help included. */
  ok: 0,
  /** Anything that went wrong: a config that is not sound, a port that is taken, a job that did not end as it should. */
  failed: 1,
  /** A mistake on the command line; nothing was started. */
  usage: 2,
  /** Ctrl-C ended it before it was done, as shells say it. */
  interrupted: 130,
} as const;
