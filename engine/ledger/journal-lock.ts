// The lock of a journal's folder: two engines never write one journal. A file per process that wants it, named after that
// process; what a process that is no more has left is taken over. Main thread, at the start and at the end.
//
// Announced first and looked for others then, as the breaker does it: of two engines that come at once one or none gets it.
// A kill at any point leaves nothing but the file of a dead process.
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'lock.';
const MODE_OWNER_ONLY = 0o600;

/** Another engine has the journal, or it cannot be said that none has. */
export class JournalHeldError extends Error {
  override readonly name = 'JournalHeldError';
}

/** The lock, held. */
export interface JournalLock {
  /** A process that left its lock behind, 0 when there was none. */
  readonly takenOverFrom: number;
  release(): void;
}

interface Owner {
  readonly pid: number;
  /** When it started, in ticks since the machine did: a later process of the same number has another. '' where unknown. */
  readonly started: string;
  /** Number of the namespace that its number is of: in another one it is another process, or none. '' where unknown. */
  readonly space: string;
  readonly host: string;
  readonly boot: string;
}

/** Takes the lock of a folder that exists. Throws JournalHeldError. */
export function lockJournal(dir: string): JournalLock {
  const mine = nameOf(ownerOf(process.pid));
  const release = (): void => rmSync(join(dir, mine), { force: true });
  announce(dir, mine);
  const left: number[] = [];
  for (const name of locksIn(dir).filter((other) => other !== mine)) {
    const other = ownerIn(name);
    if (other === undefined || !isDead(other)) {
      release();
      throw new JournalHeldError(heldSentence(dir, name, other));
    }
    rmSync(join(dir, name), { force: true });
    left.push(other.pid);
  }
  return { takenOverFrom: left[0] ?? 0, release };
}

/** True while a process that lives holds the folder's lock. */
export function isJournalHeld(dir: string): boolean {
  return locksIn(dir).some((name) => {
    const owner = ownerIn(name);
    return owner !== undefined && !isDead(owner);
  });
}

function announce(dir: string, name: string): void {
  try {
    closeSync(openSync(join(dir, name), 'wx', MODE_OWNER_ONLY));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new JournalHeldError(`${dir} is written by this very process`);
  }
}

function heldSentence(dir: string, name: string, owner: Owner | undefined): string {
  const byHand = `; if no engine writes it, remove ${join(dir, name)}`;
  if (owner === undefined) return `${dir} has a lock that says nothing${byHand}`;
  const by = `${dir} is written by process ${owner.pid}`;
  if (owner.host !== ownHost()) return `${by} of the machine ${owner.host}${byHand}`;
  return owner.space === ownSpace() ? by : `${by} of another container${byHand}`;
}

function locksIn(dir: string): string[] {
  return readdirSync(dir).filter((name) => name.startsWith(PREFIX));
}

/** All that it says is in its name: a file has that at once and whole, whatever happens to the machine then. */
function nameOf({ pid, started, space, boot, host }: Owner): string {
  return `${PREFIX}${pid}.${started}.${space}.${boot}.${host}`;
}

function ownerIn(name: string): Owner | undefined {
  const found = /^lock\.(\d+)\.(\w*)\.(\d*)\.([\w-]*)\.([\w-]*)$/.exec(name);
  if (found === null) return undefined;
  const [, pid, started, space, boot, host] = found;
  return { pid: Number(pid), started: started!, space: space!, boot: boot!, host: host! };
}

/** Of another machine, or a container that is not ours, nothing can be said: its process counts as alive. */
function isDead({ pid, started, space, host, boot }: Owner): boolean {
  if (host !== ownHost()) return false;
  if (boot !== bootId()) return true;
  if (space !== ownSpace()) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
  const now = startedTicks(pid);
  return now !== '' && started !== '' && now !== started;
}

function ownerOf(pid: number): Owner {
  return { pid, started: startedTicks(pid), space: ownSpace(), host: ownHost(), boot: bootId() };
}

function ownHost(): string {
  return hostname().replaceAll(/[^\w-]/g, '_');
}

/** `pid:[4026531836]`, its digits. */
function ownSpace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid').replaceAll(/\D/g, '');
  } catch {
    return '';
  }
}

/** Field 22 of its line, counted behind the name, which may hold anything. A process that only waits to be buried is gone. */
function startedTicks(pid: number): string {
  const line = textOf(`/proc/${pid}/stat`);
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z') return 'ended';
  return fields[19] ?? '';
}

function bootId(): string {
  return textOf('/proc/sys/kernel/random/boot_id').trim();
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
