// Tells a refusal by which a venue only says that the market moved from one that is against the order itself. Pure; asked on
// the executor's thread.
//
// Whoever was slower is refused every day: a FOK or FAK that found too little, a post-only that would have taken. All else
// (balance, allowance, signature, size, tick, a text that nobody knows) would be refused again, and counts against us.

/** As the venues word it, from the first letter: a longer text that only mentions it says something else. */
const MOVED: readonly RegExp[] = [
  /^order couldn't be fully filled\b/i,
  /^no orders found to match with FAK order\b/i,
  /^invalid post-only order: order crosses book\b/i,
  /^fill_or_kill_insufficient_resting_volume\b/i,
  /^post[_ -]only[_ -]cross\b/i,
];

/** True when `error` says no more than that others were there before. */
export function isMarketMoved(error: string): boolean {
  return MOVED.some((moved) => moved.test(error));
}
