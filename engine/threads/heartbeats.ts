// Watches the heartbeats of the threads: tells of one that stands still. Main thread; reads the agents' words.
import { AGENT_ENDED, AGENT_STARTING } from '../../wasm/layout.ts';
import type { AgentWords } from '../memory/agent-words.ts';

/** A thread under watch. */
export interface Watched {
  readonly role: string;
  readonly words: AgentWords;
  /** Set when the thread is gone or given up: it is not looked at any more. */
  over: boolean;
}

interface Pulse {
  readonly watched: Watched;
  state: number;
  heartbeat: number;
  stillNs: number;
}

/** How long a thread may take to load its code and begin. */
const STARTING_NS = 20e9;
/**
 * The most that one look adds to a thread's standstill. Looks come many times a second; when they do not, the machine
 * is so busy that this thread did not run, and then the others cannot be blamed for not having run either.
 */
const LOOK_NS_MAX = 250e6;

export class Heartbeats {
  readonly #hungNs: number;
  readonly #onHung: (watched: Watched, why: string) => void;
  readonly #pulses: Pulse[] = [];
  #lookedNs = 0;

  /** `hungNs`: a thread whose heartbeat stands still this long is told to `onHung`, at every look until it is over. */
  constructor(hungNs: number, onHung: (watched: Watched, why: string) => void) {
    this.#hungNs = hungNs;
    this.#onHung = onHung;
  }

  /** Takes a thread under watch. */
  add(role: string, words: AgentWords): Watched {
    const watched = { role, words, over: false };
    this.#pulses.push({ watched, state: words.state, heartbeat: words.heartbeat, stillNs: 0 });
    return watched;
  }

  get all(): readonly Watched[] {
    return this.#pulses.map(({ watched }) => watched);
  }

  /** Looks at every thread; call several times a second. */
  look(nowNs: number): void {
    const passedNs = Math.min(nowNs - this.#lookedNs, LOOK_NS_MAX);
    this.#lookedNs = nowNs;
    for (const pulse of this.#pulses) {
      const { watched } = pulse;
      const { state, heartbeat } = watched.words;
      if (watched.over || state === AGENT_ENDED) continue;
      // A thread that has just begun has not been still: its patience counts from here.
      const moved = heartbeat !== pulse.heartbeat || state !== pulse.state;
      pulse.heartbeat = heartbeat;
      pulse.state = state;
      pulse.stillNs = moved ? 0 : pulse.stillNs + passedNs;
      // A thread that is still loading its code has no duty cycle to beat in.
      const patienceNs = state === AGENT_STARTING ? STARTING_NS : this.#hungNs;
      if (pulse.stillNs > patienceNs) {
        this.#onHung(watched, `hung: no heartbeat for ${Math.round(pulse.stillNs / 1e6)} ms`);
      }
    }
  }
}
