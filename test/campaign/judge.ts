// Judges a campaign: its ledger by the venues' own to the unit, at any moment, and at the end its whole journal by what the
// venues' sockets brought and what the venues booked. Pure.
import type { Ledger } from '../../engine/ledger/ledger.ts';
import { Ledger as FoldedLedger } from '../../engine/ledger/ledger.ts';
import type { JournalRecord } from '../../engine/ledger/records.ts';
import { readJournal } from '../../engine/ledger/recover.ts';
import { isKalshiNo, kalshiOutcome } from '../../engine/venue/kalshi/outcome.ts';
import { ledgerDifferences } from '../../engine/venue/sim/ledger-check.ts';
import { VIEW_NO, VIEW_YES } from '../../wasm/layout.ts';
import { OPEN_MICROS_MAX } from './config.ts';
import type { OpenTime } from './eye.ts';
import type { Field } from './field.ts';

/** What a campaign's journal came to. */
export interface Judged {
  /** Sent baskets, by where their legs lie. */
  readonly baskets: { polymarket: number; kalshi: number; cross: number };
  readonly orders: number;
  readonly fills: number;
  readonly failed: number;
  /** Orders that were unknown at some time, by the state that evidence gave them. */
  readonly resolved: Readonly<Record<string, number>>;
  readonly unknown: number;
  /** Baskets with legs of unlike sizes: what the venues' steps made of equal ones. */
  readonly rounded: number;
  readonly paid: number;
  /** Orders that came to a venue while the breaker was open and were handed over before. */
  readonly onTheirWay: number;
  /** Orders of unwinds that came to a venue while it was open. */
  readonly reducing: number;
  readonly problems: readonly string[];
}

/** What differs between our ledger and the venues', '' when nothing does. */
export function differenceOf({ executor, polymarket, kalshi, names }: Field): string {
  const { ledger } = executor;
  const theirs = { venue: 'polymarket', account: names.polymarket, ledger: polymarket.ledger() } as const;
  const differences = [ledgerDifferences(ledger, [theirs]), kalshiDifference(ledger, kalshi)];
  return differences.filter((text) => text !== '').join('; ');
}

/** Kalshi nets: a contract of each outcome is a dollar of cash there, and two positions here. Micro-dollars of that. */
export function kalshiPairs(ledger: Ledger): number {
  const pairs = ledger.toPositions().map(([token, { matchedMicros }]) => {
    if (ledger.venueOfToken(token) !== 'kalshi' || isKalshiNo(token)) return 0;
    return Math.min(matchedMicros, ledger.position(kalshiOutcome(token, VIEW_NO))?.matchedMicros ?? 0);
  });
  return pairs.reduce((sum, pair) => sum + pair, 0);
}

function kalshiDifference(ledger: Ledger, venue: Field['kalshi']): string {
  const [account] = venue.ledger().accounts;
  const held = (outcome: string): number => ledger.position(outcome)?.matchedMicros ?? 0;
  const differences: string[] = [];
  const compare = (name: string, ours: number, theirs: number): void => {
    if (ours !== theirs) differences.push(`kalshi ${name}: ours ${ours}, the venue's ${theirs}`);
  };
  for (const { ticker } of venue.exchange.markets) {
    const [yes, no] = [kalshiOutcome(ticker, VIEW_YES), kalshiOutcome(ticker, VIEW_NO)];
    const pair = Math.min(held(yes), held(no));
    for (const outcome of [yes, no]) compare(outcome, held(outcome) - pair, account!.positions[outcome] ?? 0);
  }
  const money = ledger.venue('kalshi');
  compare('cash', money.cashMicros + kalshiPairs(ledger), account!.cashMicros);
  compare('fees', money.feesMicros, account!.feesMicros);
  return differences.join('; ');
}

/** Fills that are matched here, with what the venue says of them. */
export function unsettledOf({ journalBytes, polymarket }: Field): string[] {
  const { records } = readJournal(journalBytes());
  const over = new Set(
    records.flatMap((one) =>
      one.type === 'confirmed' || one.type === 'failed' ? [`${one.tradeId}|${one.orderId}`] : [],
    ),
  );
  const theirs = new Map(polymarket.exchange.trades.all.map((trade) => [`${trade.id}|${trade.order.id}`, trade]));
  return records.flatMap((one) => {
    const key = one.type === 'fill' ? `${one.tradeId}|${one.orderId}` : '';
    if (one.type !== 'fill' || over.has(key)) return [];
    const trade = theirs.get(key);
    return [`fill ${key} of ${one.atNs}: ${trade?.status ?? 'not Polymarket’s'} there since ${trade?.updateMs}`];
  });
}

/** Reads the journal from its first record to its last. */
export function judge(field: Field): Judged {
  const { records, cutBytes } = readJournal(field.journalBytes());
  const folded = new FoldedLedger();
  for (const record of records) folded.apply(record);
  const problems: string[] = [];
  if (cutBytes > 0) problems.push(`the journal has a torn end of ${cutBytes} bytes`);
  if (String(folded.columns()) !== String(field.executor.ledger.columns())) problems.push('the fold is not the ledger');
  const { openMicrosMax } = field.eye;
  if (openMicrosMax > OPEN_MICROS_MAX)
    problems.push(`${openMicrosMax} were open, allowed ${OPEN_MICROS_MAX}, after ${JSON.stringify(field.eye.atMost)}`);
  const sent = sentOf(records);
  const orders = judgeOrders(records, field, problems);
  return {
    ...{ ...sent, ...orders, ...judgeArrivals(records, field, problems) },
    ...{ fills: judgeFills(records, field, problems), failed: countOf(records, 'failed') },
    ...{ paid: judgePaid(records, problems), problems },
  };
}

function countOf(records: readonly JournalRecord[], type: JournalRecord['type']): number {
  return records.filter((record) => record.type === type).length;
}

/** Of the baskets that passed the gate. */
function sentOf(records: readonly JournalRecord[]): Pick<Judged, 'baskets' | 'rounded'> {
  const passed = new Set(records.flatMap((one) => (one.type === 'gate' && one.cause === '' ? [one.batchId] : [])));
  const byRoot = new Map<number, { venues: Set<string>; sizes: Set<number> }>();
  for (const record of records) {
    if (record.type !== 'intent' || record.payoutE4 === 0 || !passed.has(record.rootBatchId)) continue;
    const of = byRoot.get(record.rootBatchId) ?? { venues: new Set(), sizes: new Set() };
    byRoot.set(record.rootBatchId, of);
    for (const { marketId, sizeMicros } of record.orders) {
      of.venues.add(marketId.slice(0, marketId.indexOf(':')));
      of.sizes.add(sizeMicros);
    }
  }
  const baskets = { polymarket: 0, kalshi: 0, cross: 0 };
  let rounded = 0;
  for (const { venues, sizes } of byRoot.values()) {
    if (venues.size > 1) baskets.cross += 1;
    else if (venues.has('kalshi')) baskets.kalshi += 1;
    else baskets.polymarket += 1;
    if (sizes.size > 1) rounded += 1;
  }
  return { baskets, rounded };
}

/** Every order is intended once, and every unknown one came to its end by evidence that the venue's books bear out. */
function judgeOrders(records: readonly JournalRecord[], field: Field, problems: string[]) {
  const intended = new Set<string>();
  const states = new Map<string, string[]>();
  const finals = new Map<string, number>();
  for (const record of records) {
    if (record.type === 'intent') {
      for (const { orderId } of record.orders) {
        if (intended.has(orderId)) problems.push(`order ${orderId} is intended twice`);
        intended.add(orderId);
      }
    }
    if (record.type === 'outcome') states.set(record.orderId, [...(states.get(record.orderId) ?? []), record.state]);
    if (record.type === 'final') finals.set(record.orderId, record.filledMicros);
  }
  const resolved: Record<string, number> = {};
  let unknown = 0;
  for (const [orderId, path] of states) {
    const at = path.indexOf('unknown');
    if (at < 0) continue;
    unknown += 1;
    const end = path.slice(at).filter((state) => state !== 'unknown')[0];
    if (end === undefined || !finals.has(orderId)) problems.push(`unknown order ${orderId} was never resolved`);
    else resolved[end] = (resolved[end] ?? 0) + 1;
  }
  const booked = bookedMicros(field);
  for (const [orderId, filledMicros] of finals) {
    const theirs = booked.get(orderId) ?? 0;
    const failed = failedMicros(field, orderId);
    if (filledMicros !== theirs && filledMicros !== theirs + failed) {
      problems.push(`order ${orderId} ended with ${filledMicros}, the venue booked ${theirs}`);
    }
  }
  return { orders: finals.size, unknown, resolved };
}

/** What each of our orders filled at the venues, without what failed. */
function bookedMicros({ polymarket, kalshi }: Field): Map<string, number> {
  const booked = new Map<string, number>();
  const add = (id: string, micros: number): void => void booked.set(id, (booked.get(id) ?? 0) + micros);
  for (const { order, sizeMicros, status } of polymarket.exchange.trades.all) {
    if (status !== 'FAILED') add(order.id, sizeMicros);
  }
  for (const { order, sizeMicros } of kalshi.exchange.fills.all) add(order.clientId, sizeMicros);
  return booked;
}

/** What failed of an order: it may have been final before. */
function failedMicros({ polymarket }: Field, orderId: string): number {
  const failed = polymarket.exchange.trades.all.filter(
    ({ order, status }) => order.id === orderId && status === 'FAILED',
  );
  return failed.reduce((sum, { sizeMicros }) => sum + sizeMicros, 0);
}

/** Every fill that a venue booked stands in the journal once, with its size and price, and no other does. */
function judgeFills(records: readonly JournalRecord[], { polymarket, kalshi }: Field, problems: string[]): number {
  const [ours] = polymarket.accounts;
  const theirs = new Map<string, string>();
  for (const { id, order, sizeMicros, priceE4, status } of polymarket.exchange.trades.all) {
    if (order.account === ours) theirs.set(`${id}|${order.id}`, `${sizeMicros} ${priceE4} ${status === 'FAILED'}`);
  }
  for (const { id, order, sizeMicros, priceE4 } of kalshi.exchange.fills.all) {
    theirs.set(`${id}|${order.clientId}`, `${sizeMicros} ${priceE4} false`);
  }
  const outcomes = new Map<string, string>();
  for (const record of records) {
    if (record.type === 'intent') for (const { orderId, token } of record.orders) outcomes.set(orderId, token);
  }
  const failed = new Set(records.flatMap((one) => (one.type === 'failed' ? [`${one.tradeId}|${one.orderId}`] : [])));
  const booked = new Set<string>();
  for (const record of records) {
    if (record.type !== 'fill') continue;
    const key = `${record.tradeId}|${record.orderId}`;
    if (booked.has(key)) problems.push(`fill ${key} is booked twice`);
    booked.add(key);
    // Kalshi names the price of YES.
    const isNo = isKalshiNo(outcomes.get(record.orderId) ?? '');
    const yesE4 = isNo ? 10_000 - record.priceE4 : record.priceE4;
    const own = [record.priceE4, yesE4].map((priceE4) => `${record.sizeMicros} ${priceE4} ${failed.has(key)}`);
    const their = theirs.get(key);
    if (their === undefined) problems.push(`fill ${key} is not the venue's`);
    else if (!own.includes(their)) problems.push(`fill ${key}: ours ${own[0]}, the venue's ${their}`);
  }
  for (const key of theirs.keys()) if (!booked.has(key)) problems.push(`fill ${key} was lost`);
  return booked.size;
}

/** No order came twice, and none that buys came while the breaker was open but those that had left before. */
function judgeArrivals(records: readonly JournalRecord[], { eye }: Field, problems: string[]) {
  const buys = new Set<string>();
  const sentNs = new Map<string, number>();
  const batches = new Map<number, readonly string[]>();
  for (const record of records) {
    if (record.type === 'intent') {
      batches.set(
        record.batchId,
        record.orders.map(({ orderId }) => orderId),
      );
      for (const { orderId, side } of record.orders) if (side === 'BUY') buys.add(orderId);
    }
    if (record.type === 'sent') for (const id of batches.get(record.batchId) ?? []) sentNs.set(id, record.atNs);
  }
  const seen = new Set<string>();
  let [onTheirWay, reducing] = [0, 0];
  for (const { orderId, venue, atNs } of eye.arrivals) {
    if (seen.has(orderId)) problems.push(`${venue} got order ${orderId} twice`);
    seen.add(orderId);
    const handed = eye.handed.get(orderId);
    if (handed === undefined) problems.push(`${venue} got order ${orderId}, which nobody sent`);
    const open = openAt(eye.open, atNs);
    if (open === undefined || handed === undefined) continue;
    const hadLeft =
      handed.atNs <= open.fromNs &&
      (open.inFlight.has(handed.requestId) || (sentNs.get(orderId) ?? 1 / 0) <= open.fromNs);
    if (!buys.has(orderId)) reducing += 1;
    else if (hadLeft) onTheirWay += 1;
    else problems.push(`${venue} got order ${orderId}, which buys, while the breaker was open`);
  }
  return { onTheirWay, reducing };
}

function openAt(times: readonly OpenTime[], atNs: number): OpenTime | undefined {
  return times.find(({ fromNs, toNs }) => atNs > fromNs && atNs < toNs);
}

/** Every token that was paid was so once. */
function judgePaid(records: readonly JournalRecord[], problems: string[]): number {
  const paid = new Set<string>();
  for (const record of records) {
    if (record.type !== 'settle') continue;
    if (paid.has(record.token)) problems.push(`${record.token} was paid twice`);
    paid.add(record.token);
  }
  return paid.size;
}
