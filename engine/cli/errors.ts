// From what a command threw to its exit code and, where the user can act on it, one line instead of a stack.
import { ConfigError } from '../config/problems.ts';
import { EXIT } from '../core/exit-codes.ts';
import { UsageError } from './context.ts';

/** Errors of other parts that say in their message what to do, by name: importing them here would load those parts. */
const CODE_BY_NAME: Readonly<Record<string, number>> = {
  ImportError: EXIT.usage,
  ManifestError: EXIT.usage,
  SegmentError: EXIT.usage,
  RecordingError: EXIT.usage,
  SignerError: EXIT.usage,
  ControlError: EXIT.unreachable,
  PlayError: EXIT.unreachable,
  UnreachableError: EXIT.unreachable,
  JournalCreateError: EXIT.journal,
  JournalError: EXIT.journal,
  JournalHeldError: EXIT.journal,
  StoppedError: EXIT.ok,
};

const CODE_BY_SYSTEM: Readonly<Record<string, number>> = {
  ENOENT: EXIT.usage,
  EACCES: EXIT.usage,
  EEXIST: EXIT.usage,
  ENOTDIR: EXIT.usage,
  EISDIR: EXIT.usage,
  EROFS: EXIT.usage,
  ENOSPC: EXIT.usage,
  EPERM: EXIT.usage,
  EADDRINUSE: EXIT.unreachable,
  EADDRNOTAVAIL: EXIT.unreachable,
  ECONNREFUSED: EXIT.unreachable,
  ENOTFOUND: EXIT.unreachable,
};

function knownCode(error: Error): number | undefined {
  if (error instanceof UsageError || error instanceof ConfigError) return EXIT.usage;
  const { code } = error as NodeJS.ErrnoException;
  // A setting that cannot be used; any other RangeError is a bug of ours.
  if (error instanceof RangeError && /^(arena|venues|markets|relations?|recorder|simulate)\b/.test(error.message))
    return EXIT.usage;
  return CODE_BY_NAME[error.name] ?? (code === undefined ? undefined : CODE_BY_SYSTEM[code]);
}

/** Prints what was thrown and answers the exit code. */
export function codeOfError(thrown: unknown): number {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const code = knownCode(error);
  process.stderr.write(`dutchbook: ${code === undefined ? (error.stack ?? error.message) : error.message}\n`);
  return code ?? EXIT.internal;
}
