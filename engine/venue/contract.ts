// What venues supply and the engine consumes: market metadata, order requests, venue events, the gateway.
import type { Cleared } from '../breaker/pass.ts';

export type VenueName = 'polymarket' | 'kalshi';

/** One range of a tick grid, in priceE4; `endE4` is exclusive but for the last range. */
export interface TickRange {
  readonly startE4: number;
  readonly endE4: number;
  readonly tickE4: number;
}

/**
 * Taker fee: rate x (p(1-p))^exponent dollars per share, one order's (Kalshi) or one fill's (Polymarket) fee rounded
 * up to `roundMicros`. On top of what a buy costs, off what a sale brings.
 */
export interface FeeSchedule {
  readonly rateE6: number;
  readonly exponent: number;
  readonly roundMicros: number;
  /** Besides, of what is paid or brought: the fee of the builder whose code the orders carry. Absent: none. */
  readonly builderBps?: number | undefined;
}

/** What is known of a market before its first frame. Stands in manifests and config, with `schema` of the file. */
export interface MarketMeta {
  /** `polymarket:<conditionId>` or `kalshi:<ticker>`. */
  readonly id: string;
  readonly venue: VenueName;
  /** Token of the YES outcome; a Kalshi market has its ticker here. */
  readonly yesToken: string;
  readonly noToken?: string | undefined;
  readonly title?: string | undefined;
  readonly event?: string | undefined;
  readonly negRisk?: boolean | undefined;
  /** Polymarket: `v2` markets have other token ids and another exchange contract. Absent: v1. */
  readonly protocol?: 'v1' | 'v2' | undefined;
  /** Absent: assumed, corrected by the first finer price or stated tick. */
  readonly tickRanges?: readonly TickRange[] | undefined;
  readonly minSizeMicros?: number | undefined;
  /** When it is to end, ms since 1970. Absent: not stated. */
  readonly endMs?: number | undefined;
  /** Absent: unknown, and then never traded. */
  readonly fee?: FeeSchedule | undefined;
  /** How it may end besides YES and NO. The markets of one neg-risk event end so together. */
  readonly abnormalEnds?: readonly AbnormalEnd[] | undefined;
}

/**
 * An end besides YES and NO. `split`: both outcomes pay half a dollar. `refund`: every price is paid back. `fairPrice`: the
 * venue names a price that YES pays, and NO the rest of the dollar, whatever the market's relations say.
 */
export const ABNORMAL_ENDS = ['split', 'refund', 'fairPrice'] as const;
export type AbnormalEnd = (typeof ABNORMAL_ENDS)[number];

/**
 * What a market settles by, in the words of whoever read its rules; compared field by field. A field left out is
 * unknown; what the rules do not have is said so, `none`.
 */
export interface SettlementFingerprint {
  readonly source?: string | undefined;
  readonly window?: string | undefined;
  readonly timeZone?: string | undefined;
  readonly threshold?: string | undefined;
  /** Whether the threshold itself counts. */
  readonly inclusive?: 'yes' | 'no' | 'none' | undefined;
  readonly tieRule?: string | undefined;
  readonly voidRule?: string | undefined;
  /** What YES says: `above`, `wins`. */
  readonly polarity?: string | undefined;
}

type Pair = readonly [string, string];

/** How markets relate; compiled into baskets. */
export type Relation =
  /** Of these markets exactly one, at most one, or at least one resolves to YES. */
  | { readonly kind: 'exactlyOne' | 'atMostOne' | 'atLeastOne'; readonly markets: readonly string[] }
  /** YES in a market makes YES in every market after it: the strictest first. */
  | { readonly kind: 'ladder'; readonly markets: readonly string[] }
  /** YES in the first makes YES in the second. */
  | { readonly kind: 'implies'; readonly markets: Pair }
  /** Of two different markets exactly one resolves to YES, the other to NO. */
  | { readonly kind: 'complement'; readonly markets: Pair }
  /** Both resolve alike. Without equal fingerprints it is a suspicion and never traded. */
  | {
      readonly kind: 'same';
      readonly markets: Pair;
      readonly fingerprints?: readonly [SettlementFingerprint, SettlementFingerprint] | undefined;
    };

/**
 * FOK and FAK never rest; FAK is what Kalshi calls immediate or cancel. GTC rests with what it does not take at once, GTD
 * does so until `expiresMs`; `postOnly` rests and must not take, until `expiresMs` when it has one.
 */
export type OrderType = 'FOK' | 'FAK' | 'GTC' | 'GTD' | 'postOnly';

/** One order of a batch. The id is known, and journalled, before the first byte leaves. */
export interface OrderRequest {
  readonly orderId: string;
  readonly marketIndex: number;
  readonly marketId: string;
  readonly token: string;
  readonly side: 'BUY' | 'SELL';
  /** Limit, of the token named. */
  readonly limitE4: number;
  readonly sizeMicros: number;
  readonly type: OrderType;
  /** When what rests of it is cancelled, ms since 1970: of every GTD, of a `postOnly` that ends, of no other. */
  readonly expiresMs?: number | undefined;
  /** What the venue needs besides, made with the id (signature, salt, timestamp); '' until sealed. Never journalled. */
  readonly wire: string;
}

/** Orders of one venue, sent in one request. `id` is positive and unique in a run. */
export interface OrderBatch {
  readonly id: number;
  /** Basket of its first order: a request may carry the legs of several. */
  readonly basketIndex: number;
  readonly orders: readonly OrderRequest[];
}

/** What a venue answered for one order of a batch. */
export interface OrderAnswer {
  readonly orderId: string;
  readonly accepted: boolean;
  readonly status: 'live' | 'matched' | 'delayed' | 'unmatched' | 'refused';
  readonly error: string;
}

/** Everything a venue tells us, from HTTP answers and the user channel, in arrival order. */
export type VenueEvent =
  | { readonly kind: 'sent'; readonly batchId: number; readonly atNs: number }
  | { readonly kind: 'answer'; readonly batchId: number; readonly answers: readonly OrderAnswer[] }
  | { readonly kind: 'refused'; readonly batchId: number; readonly status: number; readonly error: string }
  | { readonly kind: 'unknown'; readonly batchId: number; readonly error: string }
  | {
      readonly kind: 'order';
      readonly orderId: string;
      readonly type: 'PLACEMENT' | 'UPDATE' | 'CANCELLATION';
      readonly matchedMicros: number;
    }
  | {
      readonly kind: 'trade';
      readonly tradeId: string;
      readonly orderId: string;
      readonly token: string;
      readonly side: 'BUY' | 'SELL';
      readonly priceE4: number;
      readonly sizeMicros: number;
      readonly status: 'MATCHED' | 'MINED' | 'CONFIRMED' | 'RETRYING' | 'FAILED';
      /** True when our order rested and another one took it: makers pay no fee that is not stated. */
      readonly isMaker?: boolean;
      /** What the venue says that it took as its fee; absent: it does not say, and the fee follows from the schedule. */
      readonly feeMicros?: number | undefined;
    }
  /** What was held of the token of a market that is over was paid, at `payoutE4` a share. */
  | { readonly kind: 'paid'; readonly token: string; readonly payoutE4: number }
  /** Answer to a query: the venue has neither the order nor a trade of it, now. Not yet proof that it never will. */
  | { readonly kind: 'absent'; readonly orderId: string };

/** What a market that is over pays: `yesPayoutE4` for a share of YES, the rest of 10,000 for one of NO. */
export interface Resolution {
  readonly marketIndex: number;
  /** YES first. */
  readonly tokens: readonly [string, string];
  readonly yesPayoutE4: number;
}

/** What a venue holds of what was bought there, and the cash that it paid for the rest at once. */
export interface NettedHoldings {
  /** By token. */
  readonly positions: ReadonlyMap<string, number>;
  readonly cashMicros: number;
}

/** An order before it has an id. */
export interface OrderDraft {
  readonly marketIndex: number;
  readonly marketId: string;
  readonly token: string;
  readonly side: 'BUY' | 'SELL';
  readonly limitE4: number;
  readonly sizeMicros: number;
  readonly type: OrderType;
  readonly expiresMs?: number | undefined;
  readonly negRisk: boolean;
}

/** Which sizes a venue takes of an order that buys at once. */
export interface SizeRule {
  /** Least size from `sizeMicros` on that an order at `limitE4` can state. */
  atLeast(limitE4: number, sizeMicros: number): number;
  /** Largest such size up to `sizeMicros`, 0 when there is none. */
  atMost(limitE4: number, sizeMicros: number): number;
  /** Size at the limit below which the venue refuses, micro-dollars. */
  readonly worthMicrosMin: number;
}

/** A venue's order rules, and the maker of order ids and signatures. */
export interface OrderMaker {
  readonly ordersPerRequestMax: number;
  /** Step of the size of an order that sells. */
  readonly sellStepMicros: number;
  /** Sizes of FOK and FAK orders that buy in that market. */
  buyRule(marketIndex: number): SizeRule;
  /** What the venue's rules have against the draft, or undefined. */
  fault(draft: OrderDraft): string | undefined;
  /** Gives the draft its id and wire form. `wallMs`: what the venue is told. Throws RangeError for a draft with a fault. */
  make(draft: OrderDraft, wallMs: number): OrderRequest;
  /**
   * Begins to sign orders that this maker made, each once; the signatures come about beside what the caller does next.
   * The answer waits for them. Absent: what make() gives is whole.
   */
  seal?(orders: readonly OrderRequest[]): Sealing;
  /** How long a seal is good for, ms; absent: as long as the order. */
  readonly sealMs?: number;
}

/** Waits, some milliseconds at most, and answers the orders with their wire forms, or why they are not to be had. */
export type Sealing = () => readonly OrderRequest[] | NotSealed;

/** Orders that were not signed: the reason's name, the same for all of one kind. */
export interface NotSealed {
  readonly refused: string;
}

/**
 * What a venue takes now: everything; orders that rest without taking; cancellations only; nothing. Told by its answers
 * and events, so that it is known from the first order refused.
 */
export type VenueState = 'open' | 'postOnly' | 'cancelOnly' | 'halted';

/** What came of asking a venue to cancel all that rests in the account. */
export interface CancelReport {
  /** Orders that it says it cancelled. */
  readonly cancelled: number;
  /** Orders that it would not cancel, by its id, with its reason. */
  readonly refused: Readonly<Record<string, string>>;
  /** Why its last word is missing; '' when it answered to the end. */
  readonly failure: string;
  /** Requests sent; one whose answer was lost may have cancelled too. */
  readonly requests: number;
}

/** The way to a venue. Submitting takes the gate's pass, so nothing can be sent without one. */
export interface Gateway {
  readonly venue: VenueName;
  /** Hands a batch over; never blocks, never throws for what the venue does: outcomes come as events. */
  submit(pass: Cleared, batch: OrderBatch): void;
  /** Delivers events that arrived, in order, at most `limit`; answers how many. */
  poll(limit: number, onEvent: (event: VenueEvent) => void): number;
  /** Calls `listener`, on this thread, when there is something to poll that came by itself. Absent: one looks from time to time. */
  onTold?(listener: () => void): void;
  /** True when an idle, connected client would take a request now. */
  ready(): boolean;
  /** False while whoever signs its requests is there and does not answer; absent: always true. */
  canSign?(): boolean;
  /** What the venue takes now, as far as it told; absent: it never says, and takes everything while it is ready. */
  state?(): VenueState;
  /** Asks the venue how an order stands; the answer comes as events. */
  query(orderId: string): void;
  /** Orders that an earlier run sent: they can be asked about, and events of them are ours. Absent: nothing was. */
  adopt?(orders: readonly OrderRequest[]): void;
  /**
   * Asks the venue to cancel what rests of an order; false: not now, nothing is asked. What became of it comes as events,
   * a fill on the way included.
   */
  cancel(orderId: string): boolean;
  /**
   * Cancels whatever rests in the account, of us or of others, on a way of its own; asks again within bounds and never
   * rejects. What became of each order comes as events. Absent: there is no such way.
   */
  cancelEverything?(): Promise<CancelReport>;
  /**
   * Asks that what is held of a market that is over be paid; `paid` events say that it was, after the last word on every
   * trade of it. Once per market. Absent: nothing is paid on this way.
   */
  redeem?(resolution: Resolution): void;
  /**
   * Asks once whether what was held of these tokens was paid while nobody looked; `paid` events say so. Absent: nothing is
   * paid there unasked.
   */
  askPaid?(tokens: readonly string[]): void;
  close(): Promise<void>;
}

/** A venue to trade at: the way there, and the maker of its orders. */
export interface TradingVenue {
  readonly gateway: Gateway;
  readonly maker: OrderMaker;
}

/**
 * Asks a venue for the books of tokens by one request. False: not now, nothing is asked. `onBody` is called once with the
 * answer's text, undefined without one.
 */
export type AskBooks = (tokens: readonly string[], onBody: (body: string | undefined) => void) => boolean;
