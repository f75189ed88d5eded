// The journal's records: the ledger is a fold of them. All numbers are integers; nothing secret has a field here.
import { assert } from '../core/assert.ts';
import type { CancelReport, OrderType, VenueName } from '../venue/contract.ts';

/** An order as intended: durable before its first byte leaves. */
export interface IntentOrder {
  readonly orderId: string;
  readonly marketIndex: number;
  readonly marketId: string;
  readonly token: string;
  readonly side: 'BUY' | 'SELL';
  readonly limitE4: number;
  readonly sizeMicros: number;
  readonly type: OrderType;
  readonly expiresMs?: number | undefined;
  /** Cash set aside while the order has no outcome: cost at the limit and its fee; 0 for a sale. */
  readonly reserveMicros: number;
}

/** First record of a segment. */
export interface HeaderRecord {
  readonly type: 'header';
  readonly formatVersion: number;
  readonly layoutVersion: number;
  /** What wrote it. */
  readonly build: string;
  readonly configHash: string;
  /** Number of the segment, from 1. */
  readonly segment: number;
  /** Last check of the segment before it, hex; '' in the first. */
  readonly previous: string;
}

/** An opportunity from the frame that showed it to the one that ended it; moves no money. Times are receive times. */
export interface LifeRecord {
  readonly type: 'life';
  readonly atNs: number;
  readonly basketIndex: number;
  /** Of its legs, in their order. */
  readonly marketIds: readonly string[];
  readonly openNs: number;
  readonly endNs: number;
  /** Still there when the feed ended. */
  readonly open: boolean;
  readonly changes: number;
  readonly flickers: number;
  readonly goneNs: number;
  /** Of its first frame. */
  readonly sizeMicros: number;
  readonly costMicros: number;
  readonly feeMicros: number;
  readonly edgeMicros: number;
  readonly edgeMicrosMax: number;
  /** 5, 25, 100 and 350 ms after it; null: the feed ended before. */
  readonly edgeAfterMicros: readonly (number | null)[];
  /** From the detection to the end of its last market; null: not every end is stated. */
  readonly lockMs: number | null;
  /** Its first edge on cost and fees, a year, rounded down; null with `lockMs`. */
  readonly annualBps: number | null;
}

/** What is done about an incomplete basket, durable with the intents that follow it. Moves no money. */
export interface UnwindRecord {
  readonly type: 'unwind';
  readonly atNs: number;
  readonly rootBatchId: number;
  /** `complete`, `sellBack`, `complement`, `hedge`, `convert`, `carry`. */
  readonly kind: string;
  /** What each way would bring, micro-dollars, and why one could not be taken. */
  readonly pricesMicros: Readonly<Partial<Record<string, number>>>;
  readonly refused: Readonly<Partial<Record<string, string>>>;
  /** Tokens that are bought to cover legs: a share of both pays 1 together. */
  readonly covers: readonly CoverRecord[];
}

export interface CoverRecord {
  readonly marketIndex: number;
  readonly marketId: string;
  readonly token: string;
  readonly view: number;
  readonly negRisk: boolean;
  /** Token of the leg. */
  readonly of: string;
}

/** What became of the breaker: each is journalled with who and why. */
export type BreakerEvent = 'trip' | 'reset' | 'halfOpen' | 'closed' | 'reduceOnly' | 'reduceOnlyOff' | 'kill';

/** What a kill came to at one venue. */
export interface KilledVenue extends CancelReport {
  readonly venue: VenueName;
}

export type JournalRecord =
  | HeaderRecord
  | UnwindRecord
  /**
   * What follows is of this day, counted in UTC days since 1970. The first record of every run's trading is one: times count
   * from a run's start, and `wallMs` says what time that of this record was, ms since 1970.
   */
  | { readonly type: 'day'; readonly atNs: number; readonly day: number; readonly wallMs: number }
  /** A basket was concluded, or what it came to changed: by so much, of what limits on losses look at. Moves no money. */
  | { readonly type: 'result'; readonly atNs: number; readonly rootBatchId: number; readonly micros: number }
  | {
      readonly type: 'deposit';
      readonly atNs: number;
      readonly micros: number;
      /** Absent: Polymarket. */
      readonly venue?: VenueName;
    }
  | {
      readonly type: 'intent';
      readonly atNs: number;
      readonly batchId: number;
      /** Batch that opened the basket; an unwind names the basket it unwinds. */
      readonly rootBatchId: number;
      readonly basketIndex: number;
      /** Guaranteed payout per unit of the basket; 0: these orders unwind it and open none of its legs. */
      readonly payoutE4: number;
      /** Complete sets that the basket is to have, and what it costs to turn them into cash; absent for unwinds. */
      readonly setsMicros?: number | undefined;
      readonly exitMicros?: number | undefined;
      /** Of an unwind: which attempt it is, from 1. */
      readonly attempt?: number | undefined;
      readonly orders: readonly IntentOrder[];
    }
  | { readonly type: 'gate'; readonly atNs: number; readonly batchId: number; readonly cause: string }
  | { readonly type: 'sent'; readonly atNs: number; readonly batchId: number }
  | { readonly type: 'outcome'; readonly atNs: number; readonly orderId: string; readonly state: string }
  /** The order can take no more cash: what is left of its reservation is free. */
  | { readonly type: 'final'; readonly atNs: number; readonly orderId: string; readonly filledMicros: number }
  | {
      readonly type: 'fill';
      readonly atNs: number;
      readonly tradeId: string;
      readonly orderId: string;
      readonly priceE4: number;
      readonly sizeMicros: number;
      readonly feeMicros: number;
    }
  | { readonly type: 'confirmed' | 'failed'; readonly atNs: number; readonly tradeId: string; readonly orderId: string }
  | { readonly type: 'settle'; readonly atNs: number; readonly token: string; readonly payoutE4: number }
  | LifeRecord
  | {
      readonly type: 'breaker';
      readonly atNs: number;
      readonly event: BreakerEvent;
      readonly causes: readonly string[];
      readonly who: string;
      readonly why: string;
      /** Of a `kill`: what each venue made of the order to cancel everything. */
      readonly venues?: readonly KilledVenue[] | undefined;
    };

/** Type codes in frames, 1-based by position; append only. */
const TYPES = [
  'header',
  'deposit',
  'intent',
  'gate',
  'sent',
  'outcome',
  'final',
  'fill',
  'confirmed',
  'failed',
  'settle',
  'breaker',
  'life',
  'unwind',
  'day',
  'result',
] as const;

/** Code of the record's type in its frame. */
export function typeCode(record: JournalRecord): number {
  const index = TYPES.indexOf(record.type);
  assert(index >= 0, `record type ${record.type} has a code`);
  return index + 1;
}

/** Payload of a frame. */
export function encodeRecord(record: JournalRecord): Buffer {
  return Buffer.from(JSON.stringify(record), 'utf8');
}

/** The record of a frame whose checksum agreed; throws when type and payload differ, which only a defect can cause. */
export function decodeRecord(code: number, payload: Uint8Array): JournalRecord {
  const record = JSON.parse(Buffer.from(payload).toString('utf8')) as JournalRecord;
  assert(TYPES[code - 1] === record.type, `frame type ${code} holds a ${record.type}`);
  return record;
}
