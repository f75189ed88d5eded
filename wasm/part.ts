// What is known of the frame part being applied: a part is the records of one market up to its FrameEnd. Globals of
// this instance; reset at every FrameEnd. Written by book.ts and mirror.ts, judged by integrity.ts.

/** Levels applied in this part. */
export let partTouched: u32 = 0;
/** 1 = the part replaced the book by a snapshot. */
export let partClear: u32 = 0;
/** 1 = and the book had none before. */
export let partFromEmpty: u32 = 0;
/** Evidence the part itself gave: FAULT_*. */
export let partFault: u32 = 0;

export const FAULT_NONE: u32 = 0;
export const FAULT_SUSPECT: u32 = 1;
export const FAULT_STALE: u32 = 2;

/** One more level applied. */
export function countTouched(): void {
  partTouched += 1;
}

/** Levels of the second view that repeated the first in this part. */
export let partMirrored: u32 = 0;

/** LEGS_* of the market's legs that the part's levels can matter to: levels of theirs within reach changed (reach.ts). */
export let partReached: u32 = 0;

/** Notes such legs. */
export function noteReached(legs: u32): void {
  partReached |= legs;
}

/** Answers them and forgets them, where a part is more than one change (groups.ts). */
export function takeReached(): u32 {
  const legs = partReached;
  partReached = 0;
  return legs;
}

/** A run of plain records: levels applied, levels that repeated the first view, and the legs they reach. */
export function notePlainRun(applied: u32, mirrored: u32, reached: u32): void {
  partTouched += applied;
  partMirrored += mirrored;
  partReached |= reached;
}

/** Notes evidence; the stronger one stays. */
export function raiseFault(fault: u32): void {
  if (fault > partFault) partFault = fault;
}

/** Notes that a snapshot replaced the book. */
export function noteClear(fromEmpty: bool): void {
  partClear = 1;
  if (fromEmpty) partFromEmpty = 1;
}

/** 1 = books other than the part's own changed state: the baskets of all markets are to be looked over. */
export let sweepAsked: bool = false;

/** Asks for that sweep at the end of the frame. */
export function askSweep(): void {
  sweepAsked = true;
}

/** The sweep is done. */
export function sweepDone(): void {
  sweepAsked = false;
}

/** A new part begins. */
export function resetPart(): void {
  partTouched = 0;
  partMirrored = 0;
  partReached = 0;
  partClear = 0;
  partFromEmpty = 0;
  partFault = FAULT_NONE;
}
