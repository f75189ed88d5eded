// When a stated hash or top is judged: one line per check, token and connection. Off the hot path; no clock.
//
// All messages of one venue millisecond state what holds after the last of them, so a claim that does not hold yet says
// nothing until that millisecond is over:
//   verified      as soon as it holds; the same claim made earlier in that millisecond is superseded
//   mismatched    when it does not hold and
//                   a later venue time of the token arrives on the same connection, or
//                   another claim of the same message proves that the millisecond is over (settle), or
//                   the connection ends after contradictory claims for one millisecond
//   unverifiable  when the connection or the recording ends before that, or the claim is older than the line
import type { Verdict } from './verdicts.ts';

/** Something stated of a book at a venue time. */
export interface Claim {
  /** What is claimed: two claims with the same text are one. */
  readonly stated: string;
  /** True when it holds now, by what is known now. */
  holds(): boolean;
  /** The same before it is called mismatched: everything that might explain it is tried. */
  holdsAfterAll(): boolean;
  /** Called once. */
  judged(verdict: Verdict): void;
}

/** Claims held at most: more messages of one token in one millisecond are let go as unverifiable. */
const PENDING_MAX = 256;

/** The claims of one token that wait for their millisecond to end. */
export class ClaimLine {
  #venueMs = Number.NEGATIVE_INFINITY;
  #pending: Claim[] = [];

  /** True when no claim waits. */
  get idle(): boolean {
    return this.#pending.length === 0;
  }

  /** Takes a claim for `venueMs`; the book shows the message already. Answers true when the claim holds. */
  add(claim: Claim, venueMs: number): boolean {
    if (venueMs < this.#venueMs) {
      const holds = claim.holds();
      claim.judged(holds ? 'verified' : 'unverifiable');
      return holds;
    }
    if (venueMs > this.#venueMs) this.settle();
    this.#venueMs = venueMs;
    if (this.#pending.length === PENDING_MAX) this.#pending.shift()!.judged('unverifiable');
    this.#pending.push(claim);
    this.review();
    return !this.#pending.includes(claim);
  }

  /** Something new is known, or the book moved on within the millisecond: judges what holds now. */
  review(): void {
    if (this.#pending.length === 0) return;
    for (const claim of this.#lastOfEach()) if (claim.holds()) this.#verified(claim);
  }

  /** The millisecond is over. */
  settle(): void {
    this.#end('mismatched');
  }

  /** The connection or the recording is over. */
  end(): void {
    const contradictory = new Set(this.#pending.map(({ stated }) => stated)).size > 1;
    this.#end(contradictory ? 'mismatched' : 'unverifiable');
  }

  #end(verdict: Verdict): void {
    for (const claim of this.#lastOfEach()) if (claim.holdsAfterAll()) this.#verified(claim);
    for (const claim of this.#pending) claim.judged(verdict);
    this.#pending = [];
  }

  /** Of claims that state the same only the last can hold: the others were made before the book was there. */
  #lastOfEach(): Iterable<Claim> {
    return new Map(this.#pending.map((claim) => [claim.stated, claim])).values();
  }

  #verified(claim: Claim): void {
    claim.judged('verified');
    const others = this.#pending.filter((other) => other !== claim);
    for (const other of others) if (other.stated === claim.stated) other.judged('superseded');
    this.#pending = others.filter(({ stated }) => stated !== claim.stated);
  }
}
