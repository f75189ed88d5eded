// Another commit of this repository, checked out and built beside this one in a temporary git worktree.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageFile } from './budgets.ts';

const ROOT = fileURLToPath(packageFile('.'));
const BUILD_DEADLINE_MS = 600_000;

/** A built checkout; `remove` may be called any number of times. */
export interface Checkout {
  readonly folder: string;
  readonly commit: string;
  readonly remove: () => void;
}

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

/** The full name of commit `ref`. Throws when this is no git checkout or `ref` names no commit. */
export function commitOf(ref: string): string {
  try {
    return git('rev-parse', '--verify', '--quiet', `${ref}^{commit}`);
  } catch {
    throw new RangeError(`--compare ${ref}: no such commit in this repository`);
  }
}

/** Checks `commit` out, unbuilt. The caller removes it, whatever happens. */
export function checkOut(commit: string): Checkout {
  const parent = mkdtempSync(join(tmpdir(), 'dutchbook-bench-compare-'));
  const folder = join(parent, 'tree');
  let there = true;
  const remove = (): void => {
    if (!there) return;
    there = false;
    // The link first, so that nothing can follow it into this checkout's packages.
    rmSync(join(folder, 'node_modules'), { force: true, recursive: true });
    rmSync(parent, { force: true, recursive: true });
    git('worktree', 'prune');
  };
  try {
    git('worktree', 'add', '--detach', '--force', folder, commit);
  } catch (error) {
    remove();
    throw error;
  }
  return { folder, commit, remove };
}

/** Installs and builds a checkout; says what it does through `tell`. Throws with the end of the log when it fails. */
export async function build({ folder }: Checkout, tell: (text: string) => void): Promise<void> {
  const lock = (root: string): string => readFileSync(join(root, 'package-lock.json'), 'utf8');
  const modules = join(ROOT, 'node_modules');
  if (existsSync(modules) && lock(folder) === lock(ROOT)) {
    symlinkSync(modules, join(folder, 'node_modules'), process.platform === 'win32' ? 'junction' : 'dir');
  } else {
    tell('installing its packages');
    await npm(folder, 'ci', '--no-audit', '--no-fund');
  }
  tell('building it');
  await npm(folder, 'run', 'build');
}

/** Process groups of installations and builds under way: npm's own children end with them. */
const running = new Set<ChildProcess>();

/** Ends an installation or build under way: an interrupted comparison must not leave one behind. */
export function stopBuilding(): void {
  for (const child of running) {
    if (process.platform === 'win32' || child.pid === undefined) child.kill();
    else process.kill(-child.pid, 'SIGKILL');
  }
  running.clear();
}

async function npm(folder: string, ...args: string[]): Promise<void> {
  const windows = process.platform === 'win32';
  const options = { cwd: folder, timeout: BUILD_DEADLINE_MS, detached: !windows, shell: windows } as const;
  const child = spawn(windows ? 'npm.cmd' : 'npm', args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (said += bytes.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  running.delete(child);
  if (code === 0) return;
  throw new Error(
    `npm ${args.join(' ')} failed in the other commit:\n${said.trim().split('\n').slice(-12).join('\n')}`,
  );
}
