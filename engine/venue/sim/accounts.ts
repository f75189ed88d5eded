// Who trades at the simulated venue and what he has: cash, positions, fees, reservations; and the house, which is the
// other side of every fill, so that cash and each token sum to zero at every step. Integers only.
import { timingSafeEqual } from 'node:crypto';
import { assert } from '../../core/assert.ts';
import { costMicrosRoundedUp, proceedsMicrosRoundedDown } from '../../core/units.ts';

/** What a client must know to trade as an account. Never logged, never served. */
export interface AccountSetup {
  readonly apiKey: string;
  readonly secret: string;
  readonly passphrase: string;
  /** Address whose key signs orders. */
  readonly signer: string;
  /** Address that holds the money: the `maker` of orders. The signer itself for signature type 0. */
  readonly funder: string;
  readonly cashMicros: number;
}

/** One account's state. Its columns change through `Accounts` only. */
export interface Account {
  /** With lower-case addresses, for comparing. */
  readonly setup: AccountSetup;
  /** As it was given, for reports. */
  readonly funderText: string;
  cashMicros: number;
  /** Held for resting buys. */
  reservedCashMicros: number;
  feesMicros: number;
  fills: number;
  failedFills: number;
  /** Token to shares. */
  readonly positions: Map<string, number>;
  /** Token to shares held for resting sells. */
  readonly reservedShares: Map<string, number>;
}

/** What one fill moved, kept so that a failed settlement can move it back exactly. */
export interface FillMoney {
  readonly token: string;
  readonly sizeMicros: number;
  /** Change of the account's cash, fee included. */
  readonly cashMicros: number;
  readonly feeMicros: number;
  /** Change of the account's shares. */
  readonly sharesMicros: number;
}

/** The venue's own books, in integer micros: what the engine's ledger must equal at the end of a run. */
export interface LedgerReport {
  readonly schema: 1;
  readonly accounts: readonly {
    /** As it was given. */
    readonly funder: string;
    readonly startCashMicros: number;
    readonly cashMicros: number;
    readonly reservedCashMicros: number;
    readonly feesMicros: number;
    readonly fills: number;
    readonly failedFills: number;
    /** By token, without zeros. */
    readonly positions: Readonly<Record<string, number>>;
  }[];
  readonly house: {
    readonly cashMicros: number;
    readonly feesMicros: number;
    readonly positions: Readonly<Record<string, number>>;
  };
}

/** All accounts and the house. */
export class Accounts {
  readonly all: readonly Account[];
  readonly #byKey: ReadonlyMap<string, Account>;
  #houseCashMicros = 0;
  #houseFeesMicros = 0;
  readonly #housePositions = new Map<string, number>();

  constructor(setups: readonly AccountSetup[]) {
    this.all = setups.map((setup) => {
      assert(Number.isSafeInteger(setup.cashMicros) && setup.cashMicros >= 0, 'starting cash is whole micro-dollars');
      return {
        funderText: setup.funder,
        setup: { ...setup, signer: setup.signer.toLowerCase(), funder: setup.funder.toLowerCase() },
        cashMicros: setup.cashMicros,
        reservedCashMicros: 0,
        feesMicros: 0,
        fills: 0,
        failedFills: 0,
        positions: new Map<string, number>(),
        reservedShares: new Map<string, number>(),
      };
    });
    this.#byKey = new Map(this.all.map((account) => [account.setup.apiKey, account]));
    assert(this.#byKey.size === this.all.length, 'API keys are distinct');
  }

  /** The account of an API key and passphrase (and the raw secret, on the user channel), or undefined. */
  authenticate(apiKey: unknown, passphrase: unknown, secret?: unknown): Account | undefined {
    const account = typeof apiKey === 'string' ? this.#byKey.get(apiKey) : undefined;
    if (account === undefined || !sameText(passphrase, account.setup.passphrase)) return undefined;
    return secret === undefined || sameText(secret, account.setup.secret) ? account : undefined;
  }

  /** Cash not held for resting buys. */
  freeCashMicros(account: Account): number {
    return account.cashMicros - account.reservedCashMicros;
  }

  /** Shares not held for resting sells. */
  freeShares(account: Account, token: string): number {
    return (account.positions.get(token) ?? 0) - (account.reservedShares.get(token) ?? 0);
  }

  /** Holds cash or shares for a resting order; negative micros release. */
  reserve(account: Account, side: 'BUY' | 'SELL', token: string, micros: number): void {
    if (side === 'BUY') account.reservedCashMicros += micros;
    else add(account.reservedShares, token, micros);
    assert(account.reservedCashMicros >= 0 && (account.reservedShares.get(token) ?? 0) >= 0, 'reservations are >= 0');
  }

  /**
   * Books a fill at `priceE4` of the token: what the account pays is rounded up, what it gets rounded down, to whole
   * micro-dollars; the fee comes on top (buy) or off (sell).
   */
  fill(
    account: Account,
    { token, side, priceE4, sizeMicros }: { token: string; side: 'BUY' | 'SELL'; priceE4: number; sizeMicros: number },
    feeMicros: number,
  ): FillMoney {
    const tradedMicros =
      side === 'BUY' ? -costMicrosRoundedUp(priceE4, sizeMicros) : proceedsMicrosRoundedDown(priceE4, sizeMicros);
    const sharesMicros = side === 'BUY' ? sizeMicros : -sizeMicros;
    const money: FillMoney = { token, sizeMicros, cashMicros: tradedMicros - feeMicros, feeMicros, sharesMicros };
    this.#move(account, money, 1);
    account.fills += 1;
    return money;
  }

  /** Takes a fill back whose settlement failed for good. */
  reverse(account: Account, money: FillMoney): void {
    this.#move(account, money, -1);
    account.failedFills += 1;
  }

  /** Pays what the account holds of a token that is over: at `payoutE4` a share, rounded down to whole steps. */
  pay(account: Account, token: string, payoutE4: number, stepMicros = 1): void {
    const sizeMicros = account.positions.get(token) ?? 0;
    const proceeds = proceedsMicrosRoundedDown(payoutE4, sizeMicros);
    const cashMicros = proceeds - (proceeds % stepMicros);
    this.#move(account, { token, sizeMicros, cashMicros, feeMicros: 0, sharesMicros: -sizeMicros }, 1);
  }

  report(): LedgerReport {
    return {
      schema: 1,
      accounts: this.all.map((account) => ({
        funder: account.funderText,
        startCashMicros: account.setup.cashMicros,
        cashMicros: account.cashMicros,
        reservedCashMicros: account.reservedCashMicros,
        feesMicros: account.feesMicros,
        fills: account.fills,
        failedFills: account.failedFills,
        positions: Object.fromEntries(account.positions),
      })),
      house: {
        cashMicros: this.#houseCashMicros,
        feesMicros: this.#houseFeesMicros,
        positions: Object.fromEntries(this.#housePositions),
      },
    };
  }

  #move(account: Account, money: FillMoney, sign: 1 | -1): void {
    account.cashMicros += sign * money.cashMicros;
    account.feesMicros += sign * money.feeMicros;
    add(account.positions, money.token, sign * money.sharesMicros);
    this.#houseCashMicros -= sign * (money.cashMicros + money.feeMicros);
    this.#houseFeesMicros += sign * money.feeMicros;
    add(this.#housePositions, money.token, -sign * money.sharesMicros);
  }
}

function add(map: Map<string, number>, key: string, micros: number): void {
  const next = (map.get(key) ?? 0) + micros;
  if (next === 0) map.delete(key);
  else map.set(key, next);
}

function sameText(presented: unknown, expected: string): boolean {
  if (typeof presented !== 'string') return false;
  const a = Buffer.from(presented);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}
