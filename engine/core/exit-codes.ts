// The documented exit codes of every command. The launcher reads the built form of this file, so both agree.

/** Exit code by what ended the process. */
export const EXIT = {
  /** All went well, or it was asked to stop by Ctrl-C or SIGTERM and did. */
  ok: 0,
  /** A check or a verification failed: ledgers differ, a replay's hash differs. */
  checkFailed: 1,
  /** Bad usage or a bad config; nothing was started. */
  usage: 2,
  /** A programmer error: a broken invariant, an unexpected exception, a native crash. */
  internal: 70,
  /** A worker thread crashed or hung, or the signer's process ended; the breaker was tripped first. */
  workerLost: 71,
  /** The main thread hung; the launcher ended the process. */
  mainHung: 72,
  /** The journal could not be written, and no order is sent without it; or the recording that was all there was to do. */
  journal: 73,
  /** A port could not be bound, or a venue could not be reached at the start. */
  unreachable: 74,
  /** A second Ctrl-C before the shutdown was over. */
  forced: 130,
} as const;

/** One sentence per exit code, for `--help` and the docs. */
export const EXIT_MEANING: Readonly<Record<number, string>> = {
  [EXIT.ok]: 'done, or stopped by Ctrl-C or SIGTERM',
  [EXIT.checkFailed]: 'a check or a verification failed',
  [EXIT.usage]: 'bad usage or a bad config; nothing was started',
  [EXIT.internal]: 'internal error, or ended by a native crash',
  [EXIT.workerLost]: 'a worker thread crashed or hung, or the process that signs ended',
  [EXIT.mainHung]: 'the main thread hung and was ended',
  [EXIT.journal]: 'the journal, or the recording of `record`, could not be written',
  [EXIT.unreachable]: 'a port could not be bound or a venue not reached',
  [EXIT.forced]: 'ended by a second Ctrl-C during the shutdown',
};
