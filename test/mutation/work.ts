// How much work a process and its children have done: on a loaded machine a slow test and a hung one differ in nothing else.
import { readFileSync } from 'node:fs';

/** Kernel clock ticks per second of CPU time in /proc. */
const TICKS_PER_SECOND = 100;
/** Fields of /proc/PID/stat behind the name in parentheses. */
const FIELD_USER_TICKS = 11;
const FIELD_SYSTEM_TICKS = 12;

/** CPU milliseconds of the living processes of a tree, or undefined where there is no /proc. */
export function treeCpuMillis(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[FIELD_USER_TICKS]) + Number(fields[FIELD_SYSTEM_TICKS]);
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    const below = children.map((child) => treeCpuMillis(Number(child)) ?? 0);
    return (1000 * ticks) / TICKS_PER_SECOND + below.reduce((sum, millis) => sum + millis, 0);
  } catch {
    return undefined;
  }
}
