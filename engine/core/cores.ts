// How many cores this process may use: affinity and cgroup limits count, not what the machine has.
import { availableParallelism } from 'node:os';

/** At least 1. */
export function coresAvailable(): number {
  return availableParallelism();
}
