// Which checks of the books are switched off: from the config into a word of the arena's header, and by name out of it.
// Writer: the supervisor, as it lays the arena out; readers: every WASM instance when it attaches, and reports.
import * as L from '../../wasm/layout.ts';
import type { Arena } from './arena.ts';

/** Checks by their keys in section `integrity`; false: what it finds changes no book. */
export interface CheckSwitches {
  readonly top: boolean;
  readonly mirror: boolean;
  readonly sequence: boolean;
  readonly crossed: boolean;
  readonly belowZero: boolean;
  readonly hash: boolean;
  readonly silence: boolean;
  readonly rest: boolean;
  /** The verifier's thread: without it the last three are off. */
  readonly live: boolean;
}

const ALWAYS: readonly (readonly [Exclude<keyof CheckSwitches, 'live'>, number])[] = [
  ['top', L.CHECK_TOP],
  ['mirror', L.CHECK_MIRROR],
  ['sequence', L.CHECK_SEQUENCE],
  ['crossed', L.CHECK_CROSSED],
  ['belowZero', L.CHECK_BELOW_ZERO],
];
const VERIFIERS: typeof ALWAYS = [
  ['hash', L.CHECK_HASH],
  ['silence', L.CHECK_SILENCE],
  ['rest', L.CHECK_REST],
];

/** CHECK_* of all that is off, for ArenaPlan.checksOff. */
export function checksOffWord(switches: CheckSwitches): number {
  let word = 0;
  for (const [name, bit] of ALWAYS) if (!switches[name]) word |= bit;
  for (const [name, bit] of VERIFIERS) if (!switches[name] || !switches.live) word |= bit;
  return word;
}

/** Keys of the checks that are off in this arena. */
export function checksOff(arena: Arena): string[] {
  const word = arena.u32[(L.HEADER_AT + L.HEADER_CHECKS_OFF) >> 2]!;
  return [...ALWAYS, ...VERIFIERS].filter(([, bit]) => (word & bit) !== 0).map(([name]) => name);
}
