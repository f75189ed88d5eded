// P&L per basket and day: what complete sets and pairs are guaranteed to pay against the cash they took. Part of the
// ledger's fold, which is its only writer.
import { assert } from '../core/assert.ts';
import { PRICE_ONE_E4, proceedsMicrosRoundedDown } from '../core/units.ts';
import { BasketSums } from './basket-sums.ts';
import { DayAccounts } from './days.ts';
import type { JournalRecord, UnwindRecord } from './records.ts';

/** One basket as bought. A lone leg counts as worth nothing until it is sold back or covered. */
export interface BasketAccount {
  readonly rootBatchId: number;
  readonly basketIndex: number;
  /** Shares held of every leg: complete sets. */
  readonly setsMicros: number;
  /** Cash taken by the legs, net of what unwinding brought, before fees. */
  readonly netCostMicros: number;
  readonly feeMicros: number;
  /** Of what was sold and paid: what it brought less what it had cost, before fees. */
  readonly realisedMicros: number;
  /** Guaranteed payout of the complete sets and pairs - net cost - fees. */
  readonly lockedMicros: number;
  /** What a basket that had lone legs lost so far: -lockedMicros, below 0 when it gained; 0 for any other. */
  readonly unwindCostMicros: number;
}

/** Shares of one token that a basket holds, matched, and what they cost before fees. */
export interface Holding {
  readonly token: string;
  readonly sizeMicros: number;
  readonly costMicros: number;
  /** Of them, those in complete sets and pairs. */
  readonly pairedMicros: number;
}

interface MutableHolding {
  sizeMicros: number;
  costMicros: number;
}

/** Covers a leg: a share of both pays `payoutE4` together, as far as it is still owed. */
interface MutableCover extends MutableHolding {
  readonly of: string;
  payoutE4: number;
  /** Pairs at most: as many as there were when the leg was paid. */
  pairsMicrosMax: number;
}

interface Account {
  readonly basketIndex: number;
  readonly day: number;
  /** What the legs that are not over are still guaranteed to pay together. */
  payoutE4: number;
  readonly legs: Map<string, MutableHolding>;
  readonly covers: Map<string, MutableCover>;
  cashMicros: number;
  feeMicros: number;
  realisedMicros: number;
  isUnwound: boolean;
}

/** What one fill moves of a basket. */
export interface BasketMove {
  readonly rootBatchId: number;
  readonly token: string;
  readonly sizeMicros: number;
  /** What was paid, below 0, or brought; before the fee. */
  readonly cashMicros: number;
  /** Cost of the shares: bought, or below 0 of those sold. */
  readonly costMicros: number;
  readonly feeMicros: number;
}

/** Accounts by the batch that opened the basket. Written by the ledger only. */
export class BasketAccounts {
  readonly days = new DayAccounts();
  readonly #accounts = new Map<number, Account>();
  readonly #sums = new BasketSums();
  #cashMicros = 0;

  /** Cash that all baskets moved, fees included: what the ledger's cash is beyond its deposits. */
  get cashMicros(): number {
    return this.#cashMicros;
  }

  /** A batch opens legs of its basket: all of them, or those of one of its venues. */
  open(record: JournalRecord & { type: 'intent' }): void {
    const { basketIndex, payoutE4, rootBatchId } = record;
    let account = this.#accounts.get(rootBatchId);
    if (account === undefined) {
      account = {
        ...{ basketIndex, day: this.days.today, payoutE4, legs: new Map(), covers: new Map(), isUnwound: false },
        ...{ cashMicros: 0, feeMicros: 0, realisedMicros: 0 },
      };
      this.#accounts.set(rootBatchId, account);
    }
    this.#sums.note(rootBatchId);
    for (const { token } of record.orders) {
      if (!account.legs.has(token)) account.legs.set(token, { sizeMicros: 0, costMicros: 0 });
    }
  }

  /** Forgets a basket that the gate refused; the id of an unwind is none. */
  drop(rootBatchId: number): void {
    this.#sums.note(rootBatchId);
    this.#accounts.delete(rootBatchId);
  }

  /** Lone legs of a basket are dealt with, some by covers. */
  unwind({ rootBatchId, covers }: UnwindRecord): void {
    const account = this.#accounts.get(rootBatchId);
    if (account === undefined) return;
    this.#sums.note(rootBatchId);
    account.isUnwound = true;
    for (const { token, of } of covers) {
      if (account.covers.has(token)) continue;
      const pairsMicrosMax = Number.POSITIVE_INFINITY;
      account.covers.set(token, { of, payoutE4: PRICE_ONE_E4, pairsMicrosMax, sizeMicros: 0, costMicros: 0 });
    }
  }

  /** Average cost of so many of a basket's shares of a token, rounded down; of all of them, what is left of the cost. */
  costOf(rootBatchId: number, token: string, sizeMicros: number): number {
    const account = this.#accounts.get(rootBatchId);
    // Asked only: a token that was paid has no holding, and gets none by the question.
    const holding = account?.legs.get(token) ?? account?.covers.get(token);
    return holding === undefined ? 0 : costOf(holding, sizeMicros);
  }

  /** Applies a fill, or with `sign` -1 takes it back. */
  move({ rootBatchId, token, sizeMicros, cashMicros, costMicros, feeMicros }: BasketMove, sign: 1 | -1): void {
    const account = this.#accounts.get(rootBatchId);
    assert(account !== undefined, `basket ${rootBatchId} of a fill is known`);
    this.#sums.note(rootBatchId);
    const holding = holdingOf(account, token);
    holding.sizeMicros += sign * sizeMicros;
    holding.costMicros += sign * costMicros;
    account.cashMicros += sign * cashMicros;
    account.feeMicros += sign * feeMicros;
    this.#cashMicros += sign * (cashMicros - feeMicros);
    this.#realise(account, sign * (cashMicros + costMicros));
    this.days.fee(sign * feeMicros);
  }

  /**
   * A token is over and paid, `proceedsMicros` for all shares of it: what it paid of each basket is cash, and what is left of
   * a set or pair owes that much less. A holding below zero, as when a bought fill failed behind its sale, is owed.
   */
  settle(token: string, payoutE4: number, proceedsMicros: number): void {
    const held = [...this.#accounts].filter(([, { legs, covers }]) => legs.has(token) || covers.has(token));
    const paid = held.map(([, account]) => proceedsMicrosRoundedDown(payoutE4, holdingOf(account, token).sizeMicros));
    // The parts are rounded down one by one: what the whole has more goes to the first, a micro-dollar each.
    let odd = proceedsMicros - paid.reduce((sum, micros) => sum + micros, 0);
    for (const [index, [rootBatchId, account]] of held.entries()) {
      this.#sums.note(rootBatchId);
      const one = odd > 0 ? 1 : 0;
      odd -= one;
      this.#pay(account, token, payoutE4, paid[index]! + one);
    }
    assert(odd === 0, `what ${token} paid belongs to baskets`);
  }

  /** All of it, as JSON writes it. */
  canonical(): readonly unknown[] {
    const accounts = [...this.#accounts].map(([id, account]) => {
      return [id, { ...account, legs: [...account.legs], covers: [...account.covers] }];
    });
    return [this.#cashMicros, this.days.today, this.days.toDays(), accounts];
  }

  get(rootBatchId: number): BasketAccount | undefined {
    const account = this.#accounts.get(rootBatchId);
    if (account === undefined) return undefined;
    const setsMicros = setsOf(account);
    const netCostMicros = 0 - account.cashMicros;
    const { basketIndex, feeMicros, realisedMicros, isUnwound } = account;
    const lockedMicros = payoutOf(account) - netCostMicros - feeMicros;
    const unwindCostMicros = isUnwound ? 0 - lockedMicros : 0;
    return {
      ...{ rootBatchId, basketIndex, setsMicros, netCostMicros, feeMicros, realisedMicros, lockedMicros },
      unwindCostMicros,
    };
  }

  /** What a basket holds of each token. */
  holdings(rootBatchId: number): Holding[] {
    const account = this.#accounts.get(rootBatchId);
    if (account === undefined) return [];
    const paired = pairedOf(account);
    return [...account.legs, ...account.covers]
      .map(([token, { sizeMicros, costMicros }]) => {
        return { token, sizeMicros, costMicros, pairedMicros: paired.get(token) ?? 0 };
      })
      .filter(({ sizeMicros }) => sizeMicros !== 0);
  }

  /** The UTC day on which a basket was opened, counted since 1970. */
  dayOf(rootBatchId: number): number {
    return this.#accounts.get(rootBatchId)?.day ?? 0;
  }

  /** All accounts in the order they were opened. */
  toAccounts(): BasketAccount[] {
    return [...this.#accounts.keys()].map((id) => this.get(id)!);
  }

  /** What a basket's complete sets and pairs are guaranteed to pay. */
  payoutMicros(rootBatchId: number): number {
    const account = this.#accounts.get(rootBatchId);
    return account === undefined ? 0 : payoutOf(account);
  }

  /** What they come to together; looks at those that changed since it was asked last. */
  sums() {
    return this.#sums.of(this);
  }

  /** Sum of lockedMicros over all baskets. */
  lockedMicros(): number {
    return this.toAccounts().reduce((sum, { lockedMicros }) => sum + lockedMicros, 0);
  }

  #pay(account: Account, token: string, payoutE4: number, micros: number): void {
    const { costMicros } = holdingOf(account, token);
    for (const cover of account.covers.values()) {
      if (cover.of !== token) continue;
      cover.pairsMicrosMax = pairsOf(account, cover);
      cover.payoutE4 = Math.max(0, cover.payoutE4 - payoutE4);
    }
    if (account.legs.delete(token)) account.payoutE4 = Math.max(0, account.payoutE4 - payoutE4);
    // What a cover has paid is no part of what its leg is still owed.
    account.covers.delete(token);
    account.cashMicros += micros;
    this.#cashMicros += micros;
    this.#realise(account, micros - costMicros);
  }

  #realise(account: Account, micros: number): void {
    account.realisedMicros += micros;
    this.days.realise(micros);
  }
}

function holdingOf({ legs, covers }: Account, token: string): MutableHolding {
  const known = legs.get(token) ?? covers.get(token);
  if (known !== undefined) return known;
  // A fill behind the payment of its token.
  const holding = { sizeMicros: 0, costMicros: 0 };
  legs.set(token, holding);
  return holding;
}

function costOf({ sizeMicros: held, costMicros }: MutableHolding, sizeMicros: number): number {
  if (held <= 0 || sizeMicros <= 0) return 0;
  if (sizeMicros >= held) return costMicros;
  return Number((BigInt(costMicros) * BigInt(sizeMicros)) / BigInt(held));
}

/** Shares held of every leg that is not over. */
function setsOf({ legs }: Account): number {
  return legs.size === 0 ? 0 : Math.max(0, Math.min(...[...legs.values()].map(({ sizeMicros }) => sizeMicros)));
}

/** Pairs of a cover and its leg, the leg's complete sets left out. */
function pairsOf(account: Account, cover: MutableCover): number {
  const leg = account.legs.get(cover.of);
  const free =
    leg === undefined ? cover.pairsMicrosMax : leg.sizeMicros - setsOf(account) - coveredBefore(account, cover);
  return Math.max(0, Math.min(cover.sizeMicros, free, cover.pairsMicrosMax));
}

/** Shares of a cover's leg that covers before it take. */
function coveredBefore({ covers }: Account, cover: MutableCover): number {
  let taken = 0;
  for (const other of covers.values()) {
    if (other === cover) break;
    if (other.of === cover.of) taken += Math.max(0, other.sizeMicros);
  }
  return taken;
}

function payoutOf(account: Account): number {
  let payout = proceedsMicrosRoundedDown(account.payoutE4, setsOf(account));
  for (const cover of account.covers.values()) {
    payout += proceedsMicrosRoundedDown(cover.payoutE4, pairsOf(account, cover));
  }
  return payout;
}

/** Shares of each token in complete sets and pairs. */
function pairedOf(account: Account): Map<string, number> {
  const sets = setsOf(account);
  const paired = new Map([...account.legs.keys()].map((token) => [token, sets]));
  for (const [token, cover] of account.covers) {
    const pairs = pairsOf(account, cover);
    paired.set(token, pairs);
    if (paired.has(cover.of)) paired.set(cover.of, paired.get(cover.of)! + pairs);
  }
  return paired;
}
