// Another commit of this repository, checked out and built beside this one in a temporary git worktree.
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
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

/** Ended with the run: an interrupted comparison must not leave a build behind. */
const running = new AbortController();

/** Ends an installation or build under way. */
export function stopBuilding(): void {
  running.abort();
}

async function npm(folder: string, ...args: string[]): Promise<void> {
  const command = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  try {
    await promisify(execFile)(command, args, {
      cwd: folder,
      timeout: BUILD_DEADLINE_MS,
      maxBuffer: 64 * 1_048_576,
      signal: running.signal,
    });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    const end = `${stdout}${stderr}`.trim().split('\n').slice(-12).join('\n');
    throw new Error(`npm ${args.join(' ')} failed in the other commit:\n${end}`);
  }
}
