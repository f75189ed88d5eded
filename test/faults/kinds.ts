// What a kind of fault is: what it is judged by, and by when; and the classes that the kinds of all venues share.
import type { Rig, RigOptions } from './rig.ts';
import type { Times } from './times.ts';
import type { WatchOptions } from './watch.ts';

/**
 * `frame`: the frame itself shows it, or the next one does, and no decision may come between. `later`: only later evidence
 * shows it; `limitMs` is the age that bounds it. `harmless`: nothing is wrong, and no book may fall.
 */
export type Class = 'frame' | 'later' | 'harmless';

export interface Kind {
  readonly name: string;
  readonly venue: 'polymarket' | 'kalshi';
  readonly class: Class;
  /** Every book of the connection falls, not one. */
  readonly whole: boolean;
  /** The gate's ages may be what catches it. */
  readonly ages: WatchOptions['ages'];
  /** By when it is caught at the latest, ms after it fired. */
  readonly limitMs: (times: Times) => number;
  /** How often it is to fire at the least. */
  readonly firings: number;
  /** For how long a harmless one is watched, ms; absent: until a hash that it broke would have been judged. */
  readonly quietMs?: (times: Times) => number;
  /** Opens a case with the fault at `point`, a number of frames. */
  readonly open: (point: number, options: RigOptions) => Promise<Rig>;
}

/** The worst of a fault that a frame shows: it waits for the next one of a quiet market. */
const NEXT_FRAME_MS = 3_000;

const base = { whole: false, ages: [], firings: 1 } as const;
export const IN_FRAME = { ...base, class: 'frame', limitMs: () => NEXT_FRAME_MS } as const;
/** A book is proven, or asked for, before its evidence is that old. */
export const LATER = { ...base, class: 'later', limitMs: ({ verifiedAgeMs }: Times) => verifiedAgeMs } as const;
/** All data ends: no book is trusted for longer than data may be old. */
export const CONNECTION = {
  ...LATER,
  ...({ whole: true, ages: ['BOOK_TOO_OLD'] } as const),
  limitMs: ({ dataAgeMs }: Times) => dataAgeMs,
} as const;
export const HARMLESS = { ...base, class: 'harmless', limitMs: () => 0 } as const;

/** Padding that makes a frame longer than any may be, which is half of it. */
export const OVERSIZE_BYTES = 1 << 19;
