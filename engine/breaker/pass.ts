// The gate's pass as a value: code that skips the gate does not compile.

declare const cleared: unique symbol;

/** Proof that order batch `batchId` was announced and the breaker re-read closed. Made by the gate only. */
export interface Cleared {
  readonly [cleared]: true;
  readonly batchId: number;
}
