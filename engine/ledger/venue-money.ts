// The money at one venue: what was put in, what is there, what is set aside, what positions cost, what was won and paid.
// Part of the ledger's fold; the ledger is its only writer.
import { assert } from '../core/assert.ts';

/** Micro-dollars at one venue. */
export interface VenueMoney {
  readonly depositsMicros: number;
  readonly cashMicros: number;
  /** Set aside for orders without a final outcome. */
  readonly reservedMicros: number;
  /** Free collateral: cash less what is set aside. */
  readonly availableMicros: number;
  /** Positions at cost. */
  readonly costMicros: number;
  readonly realisedMicros: number;
  readonly feesMicros: number;
}

/** Micro-dollars at one venue, as the ledger shows them. */
export interface VenueMoneyView extends VenueMoney {
  toFacts(): VenueMoney;
}

/** What one record changes. */
export interface MoneyMove {
  readonly cash?: number;
  readonly cost?: number;
  readonly realised?: number;
  readonly fee?: number;
}

export class VenueAccount implements VenueMoneyView {
  depositsMicros = 0;
  cashMicros = 0;
  reservedMicros = 0;
  costMicros = 0;
  realisedMicros = 0;
  feesMicros = 0;

  get availableMicros(): number {
    return this.cashMicros - this.reservedMicros;
  }

  deposit(micros: number): void {
    this.depositsMicros += micros;
    this.cashMicros += micros;
  }

  /** Applies a move, or with `sign` -1 takes it back. */
  move({ cash = 0, cost = 0, realised = 0, fee = 0 }: MoneyMove, sign: 1 | -1 = 1): void {
    this.cashMicros += sign * cash;
    this.costMicros += sign * cost;
    this.realisedMicros += sign * realised;
    this.feesMicros += sign * fee;
  }

  assertConserved(name: string): void {
    const held = this.cashMicros + this.costMicros;
    const owed = this.depositsMicros + this.realisedMicros - this.feesMicros;
    assert(
      Number.isSafeInteger(held) && held === owed,
      `${name}: cash and positions ${held} are deposits and gains ${owed}`,
    );
    assert(this.reservedMicros >= 0, `${name}: reserved ${this.reservedMicros} is not negative`);
  }

  toFacts(): VenueMoney {
    const { depositsMicros, cashMicros, reservedMicros, availableMicros, costMicros, realisedMicros, feesMicros } =
      this;
    return { depositsMicros, cashMicros, reservedMicros, availableMicros, costMicros, realisedMicros, feesMicros };
  }

  /** For the state hash. */
  columns(): number[] {
    return [this.depositsMicros, this.cashMicros, this.reservedMicros, this.realisedMicros, this.feesMicros];
  }
}
