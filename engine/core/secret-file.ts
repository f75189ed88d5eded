// Files that hold a secret: a plain file of its owner's alone, no link. Any process.
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs';

const SECRET_BYTES_MAX = 4_096;

function statFault(stat: Stats): string | undefined {
  if (!stat.isFile()) return 'not a plain file (links are refused)';
  if (process.platform !== 'win32' && (stat.mode & 0o077) !== 0) return 'others may read it; chmod 600';
  if (process.getuid !== undefined && stat.uid !== process.getuid()) return 'it belongs to another user';
  if (stat.size > SECRET_BYTES_MAX) return `${stat.size} bytes, allowed ${SECRET_BYTES_MAX}`;
  return undefined;
}

/** Why `file` may not hold a secret, or undefined. The path is not in it. */
export function secretFileFault(file: string): string | undefined {
  try {
    const stat = lstatSync(file, { throwIfNoEntry: false });
    return stat === undefined ? 'no such file; a path to a file belongs here' : statFault(stat);
  } catch (error) {
    // The message of the error would print the value.
    return `cannot be looked at (${codeOf(error)}); a path to a file belongs here`;
  }
}

/**
 * Content of `file`, for the caller to fill with zeros once it is used. What is checked is the file that is read. Throws an
 * Error of one sentence without path and content.
 */
export function readSecretFile(file: string): Buffer {
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  } catch (error) {
    throw new Error(
      codeOf(error) === 'ELOOP' ? 'not a plain file (links are refused)' : `not opened (${codeOf(error)})`,
    );
  }
  try {
    const fault = statFault(fstatSync(descriptor));
    if (fault !== undefined) throw new Error(fault);
    const bytes = Buffer.alloc(SECRET_BYTES_MAX);
    const length = readSync(descriptor, bytes);
    return bytes.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown';
}
