// P&L per basket: what complete sets are guaranteed to pay against the cash they took. Part of the ledger's fold.
import { proceedsMicrosRoundedDown } from '../core/units.ts';
import type { JournalRecord } from './records.ts';

/** One basket as bought. A lone leg counts as worth nothing until it is sold back. */
export interface BasketAccount {
  readonly rootBatchId: number;
  readonly basketIndex: number;
  /** Shares held of every leg: complete sets. */
  readonly setsMicros: number;
  /** Cash taken by the legs, net of what unwinding brought, before fees. */
  readonly netCostMicros: number;
  readonly feeMicros: number;
  /** Guaranteed payout of the complete sets - net cost - fees. */
  readonly lockedMicros: number;
}

interface Account {
  readonly basketIndex: number;
  /** What the legs that are not over are still guaranteed to pay together. */
  payoutE4: number;
  readonly sizeByToken: Map<string, number>;
  cashMicros: number;
  feeMicros: number;
}

/** Accounts by the batch that opened the basket. Written by the ledger only. */
export class BasketAccounts {
  readonly #accounts = new Map<number, Account>();

  /** A batch opens legs of its basket: all of them, or those of one of its venues. */
  open(record: JournalRecord & { type: 'intent' }): void {
    const { basketIndex, payoutE4, rootBatchId } = record;
    const account = this.#accounts.get(rootBatchId);
    const sizeByToken = account?.sizeByToken ?? new Map<string, number>();
    for (const { token } of record.orders) if (!sizeByToken.has(token)) sizeByToken.set(token, 0);
    if (account !== undefined) return;
    this.#accounts.set(rootBatchId, { basketIndex, payoutE4, sizeByToken, cashMicros: 0, feeMicros: 0 });
  }

  /** Forgets a basket that the gate refused; the id of an unwind is none. */
  drop(rootBatchId: number): void {
    this.#accounts.delete(rootBatchId);
  }

  move(rootBatchId: number, token: string, sizeMicros: number, cashMicros: number): void {
    const account = this.#accounts.get(rootBatchId);
    if (account === undefined) return;
    account.sizeByToken.set(token, (account.sizeByToken.get(token) ?? 0) + sizeMicros);
    account.cashMicros += cashMicros;
  }

  fee(rootBatchId: number, feeMicros: number): void {
    const account = this.#accounts.get(rootBatchId);
    if (account !== undefined) account.feeMicros += feeMicros;
  }

  /**
   * A token is over and paid: what it paid of each basket is cash, and the other legs owe that much less. A holding below
   * zero, as when a bought fill failed behind its sale, is owed.
   */
  settle(token: string, payoutE4: number): void {
    for (const account of this.#accounts.values()) {
      const sizeMicros = account.sizeByToken.get(token);
      if (sizeMicros === undefined) continue;
      account.sizeByToken.delete(token);
      account.cashMicros += proceedsMicrosRoundedDown(payoutE4, sizeMicros);
      account.payoutE4 = Math.max(0, account.payoutE4 - payoutE4);
    }
  }

  get(rootBatchId: number): BasketAccount | undefined {
    const account = this.#accounts.get(rootBatchId);
    if (account === undefined) return undefined;
    const setsMicros = setsOf(account);
    const netCostMicros = 0 - account.cashMicros;
    const payout = proceedsMicrosRoundedDown(account.payoutE4, setsMicros);
    const lockedMicros = payout - netCostMicros - account.feeMicros;
    const { basketIndex, feeMicros } = account;
    return { rootBatchId, basketIndex, setsMicros, netCostMicros, feeMicros, lockedMicros };
  }

  /** All accounts in the order they were opened. */
  toAccounts(): BasketAccount[] {
    return [...this.#accounts.keys()].map((id) => this.get(id)!);
  }

  /** Shares of each token that belong to complete sets, and what all complete sets are guaranteed to pay. */
  complete(): { readonly setsByToken: ReadonlyMap<string, number>; readonly payoutMicros: number } {
    const setsByToken = new Map<string, number>();
    let payoutMicros = 0;
    for (const account of this.#accounts.values()) {
      const { sizeByToken, payoutE4 } = account;
      const setsMicros = setsOf(account);
      payoutMicros += proceedsMicrosRoundedDown(payoutE4, setsMicros);
      for (const token of sizeByToken.keys()) setsByToken.set(token, (setsByToken.get(token) ?? 0) + setsMicros);
    }
    return { setsByToken, payoutMicros };
  }

  /** Sum of lockedMicros over all baskets. */
  lockedMicros(): number {
    return this.toAccounts().reduce((sum, { lockedMicros }) => sum + lockedMicros, 0);
  }
}

/** Shares held of every leg that is not over. */
function setsOf({ sizeByToken }: Account): number {
  return sizeByToken.size === 0 ? 0 : Math.max(0, Math.min(...sizeByToken.values()));
}
