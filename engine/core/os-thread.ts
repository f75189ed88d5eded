// What the kernel says of the calling thread: its id and the CPU time it used. Linux; elsewhere 0, shown as unknown.
import { readFileSync, readlinkSync } from 'node:fs';

/** The kernel's id of the calling thread, 0 where there is no /proc. */
export function osThreadId(): number {
  try {
    return Number(readlinkSync('/proc/thread-self').split('/').at(-1));
  } catch {
    return 0;
  }
}

/** CPU time of thread `id` of this process in microseconds, 0 when unknown. */
export function threadCpuMicros(id: number): number {
  if (id === 0) return 0;
  try {
    const onCpuNs = Number(readFileSync(`/proc/self/task/${id}/schedstat`, 'latin1').split(' ')[0]);
    return Math.round(onCpuNs / 1000);
  } catch {
    return 0;
  }
}
