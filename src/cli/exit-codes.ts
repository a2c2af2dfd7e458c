/** Exit codes of the command, listed for users in `docs/errors.md`; never renumbered. */
export const exitCodes = {
  done: 0,
  /** The run itself failed. */
  failed: 1,
  /** The command line, recipe or data are wrong. */
  usage: 2,
  /** Stopped by a signal; `--resume` continues. */
  interrupted: 3,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
