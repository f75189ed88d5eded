// How slow a simulated venue is, as the config has it. Pure.

/** Times in ms; drawn evenly per request. */
export interface Latency {
  readonly minMs: number;
  readonly maxMs: number;
  /** Orders that would take at once wait this long before they are matched; 0 = no such window. */
  readonly takerDelayMs: number;
}

/** From the config's section `simulate`. */
export function latencyOf(simulate: {
  readonly latencyMs: { readonly min: number; readonly max: number };
  readonly takerDelayMs: number;
}): Latency {
  const { latencyMs, takerDelayMs } = simulate;
  return { minMs: latencyMs.min, maxMs: latencyMs.max, takerDelayMs };
}
