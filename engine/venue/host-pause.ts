// The pause that a host has asked for by a 429, shared by everything on this thread that asks that host: its budget is the
// address's, not one connection's, and asking on by another one is what gets an address banned. Written and read by the
// RestGets of the thread and by those who ask for books beside them. Threads share nothing: each learns by a 429 of its own.

/** Of one host. */
export interface HostPause {
  /** No request is started before, ns of the callers' clock. */
  untilNs: number;
  /** How many share it; it is forgotten with the last. */
  users: number;
}

const pauses = new Map<string, HostPause>();

/** The pause of the host in `url`, to be given back by leaveHost(). Throws TypeError for what is no URL. */
export function joinHost(url: string): HostPause {
  const { origin } = new URL(url);
  const pause = pauses.get(origin) ?? { untilNs: 0, users: 0 };
  pauses.set(origin, pause);
  pause.users += 1;
  return pause;
}

export function leaveHost(url: string): void {
  const { origin } = new URL(url);
  const pause = pauses.get(origin);
  if (pause === undefined) return;
  pause.users -= 1;
  if (pause.users === 0) pauses.delete(origin);
}
