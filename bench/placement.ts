// Which cores the processes of a measurement run on: all they were given, or one for all of them. By taskset, so on
// Linux; elsewhere processes stay where the system puts them.
import { spawnSync } from 'node:child_process';

/** Runs `work` with every thread of the processes on one core; undefined, and nothing run, where they cannot be placed. */
export async function onOneCore<T>(pids: readonly number[], work: () => Promise<T>): Promise<T | undefined> {
  const before = pids.map(coresOf);
  const core = /^\d+/.exec(before[0] ?? '')?.[0];
  if (core === undefined || before.includes(undefined)) return undefined;
  for (const pid of pids) place(pid, core);
  try {
    return await work();
  } finally {
    for (const [at, pid] of pids.entries()) place(pid, before[at]!);
  }
}

/** The list of cores a process may use, such as `0-3`; undefined where that cannot be read. */
export function coresOf(pid: number): string | undefined {
  const { status, stdout } = spawnSync('taskset', ['-cp', String(pid)], { encoding: 'utf8' });
  return status === 0 ? /: (\d[\d,-]*)\s*$/.exec(stdout)?.[1] : undefined;
}

function place(pid: number, cores: string): void {
  const { status, stderr } = spawnSync('taskset', ['-acp', cores, String(pid)], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`process ${pid} could not be placed on cores ${cores}: ${stderr}`);
}
