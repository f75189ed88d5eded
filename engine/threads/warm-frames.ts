// The frames of the warm-up: what both venues send, of every shape that has a path of its own, over books in which an
// opportunity opens and closes. A cycle that can be played again and again. Made once per thread, before start.
import { VENUE_KALSHI, VENUE_POLYMARKET } from '../../wasm/layout.ts';
import { priceText } from '../core/units.ts';
import { derivedIdentity, derivedMeta } from '../replay/derived-market.ts';
import { WireMarket } from '../replay/polymarket-wire.ts';
import type { MarketMeta, Relation } from '../venue/contract.ts';
import { uniformGrid } from '../venue/grid.ts';

/** One message and whose it is. */
export interface WarmFrame {
  readonly venue: number;
  readonly bytes: Buffer;
}

/** Markets, relations and frames of the warm-up. */
export interface WarmTape {
  readonly markets: readonly MarketMeta[];
  readonly relations: readonly Relation[];
  readonly frames: readonly WarmFrame[];
}

/** One time for all: a later cycle is then not late against an earlier one. */
const VENUE_MS = 1_777_366_994_943;
const SHARE_MICROS = 1_000_000;
const TICK_E4 = 10;
const TICKER = 'WARM-UP';
const FEE = { rateE6: 1_000, exponent: 1, roundMicros: 10 };
const ASKS_E4 = [3_000, 3_100, 4_100] as const;
const BIDS_E4 = [2_900, 3_000, 3_400] as const;
/** 0.30 + 0.31 + 0.35 = 0.96: the basket of all three pays. */
const CHEAP_ASK_E4 = 3_500;
const DEPTH = 6;
const ROUNDS = 8;
/** Sizes the cheap ask has in a round, each an opportunity of its own: code that only these run must become hot, too. */
const OPENINGS = 4;

/** The tape; every call makes the same one. */
export function createWarmTape(): WarmTape {
  const wires = ASKS_E4.map((_, place) => new WireMarket(derivedIdentity(`${TICKER}-${place}`, TICK_E4, true)));
  const metas = wires.map(({ identity }): MarketMeta => ({ ...derivedMeta(identity, TICKER), fee: FEE }));
  const kalshi: MarketMeta = {
    ...{ id: `kalshi:${TICKER}`, venue: 'kalshi', yesToken: TICKER },
    ...{ tickRanges: uniformGrid(100), minSizeMicros: SHARE_MICROS, fee: FEE },
  };
  const ids = metas.map(({ id }) => id);
  return {
    markets: [...metas, kalshi],
    relations: [
      { kind: 'exactlyOne', markets: ids },
      { kind: 'implies', markets: [ids[0]!, kalshi.id] },
      { kind: 'implies', markets: [kalshi.id, ids[0]!] },
    ],
    frames: [...polymarketTexts(wires).map(frame(VENUE_POLYMARKET)), ...kalshiTexts().map(frame(VENUE_KALSHI))],
  };
}

function frame(venue: number): (text: string) => WarmFrame {
  return (text) => ({ venue, bytes: Buffer.from(text, 'latin1') });
}

function polymarketTexts(wires: readonly WireMarket[]): string[] {
  const texts: string[] = [];
  for (const [place, wire] of wires.entries()) {
    for (let level = 0; level < DEPTH; level += 1) {
      const away = TICK_E4 * level;
      wire.setLevel('ask', ASKS_E4[place]! + away, (100 + level) * SHARE_MICROS);
      wire.setLevel('bid', BIDS_E4[place]! - away, (90 + level) * SHARE_MICROS);
    }
    texts.push(wire.snapshotText(VENUE_MS));
  }
  const third = wires.at(-1)!;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (let opening = 0; opening < OPENINGS; opening += 1) {
      texts.push(...changes(third, CHEAP_ASK_E4, (40 + round - opening) * SHARE_MICROS));
    }
    for (const wire of wires) {
      const priceE4 = wire.bestBidE4 - TICK_E4 * (round % 3);
      const [text] = changes(wire, priceE4, (50 + round) * SHARE_MICROS + 10_000, 'BUY');
      texts.push(text!, otherSpacing(text!), topText(wire), ...trade(wire), refreshText(wire));
    }
    texts.push(...changes(third, CHEAP_ASK_E4, 0));
    // Levels that go and come back are whole for the venue inside the process, which bought from them.
    for (const wire of wires.slice(0, -1)) {
      const askE4 = wire.bestAskE4;
      const sizeMicros = wire.sizeAt('ask', askE4);
      texts.push(...changes(wire, askE4, 0), ...changes(wire, askE4, sizeMicros));
    }
  }
  return texts;
}

function changes(wire: WireMarket, priceE4: number, sizeMicros: number, side: 'BUY' | 'SELL' = 'SELL'): string[] {
  const change = { placedOn: 'yes', side, priceE4, sizeMicros } as const;
  return wire.applyBatch([{ kind: 'change', change }], VENUE_MS);
}

function trade(wire: WireMarket): string[] {
  const one = { token: 'yes', takerSide: 'BUY', priceE4: wire.bestAskE4, sizeMicros: 5 * SHARE_MICROS } as const;
  return wire.applyBatch([{ kind: 'trade', trade: one }], VENUE_MS);
}

/** The same message as no venue spaces it: for the generic decoder. */
function otherSpacing(text: string): string {
  return JSON.stringify(JSON.parse(text), null, 1);
}

/** Snapshot of one token, as after a trade. */
function refreshText(wire: WireMarket): string {
  const [yes] = JSON.parse(wire.snapshotText(VENUE_MS)) as { [key: string]: unknown }[];
  const { market, asset_id, bids, asks, hash, timestamp } = yes!;
  return JSON.stringify({ market, asset_id, bids, asks, hash, timestamp, event_type: 'book' });
}

function topText({ identity, bestBidE4, bestAskE4 }: WireMarket): string {
  const prices = `"best_bid":"${priceText(bestBidE4)}", "best_ask":"${priceText(bestAskE4)}"`;
  const spread = `"spread":"${priceText(bestAskE4 - bestBidE4)}"`;
  const asset = `"market":"${identity.conditionId}", "asset_id":"${identity.yesToken}"`;
  return `{${asset}, ${prices}, ${spread}, "timestamp":"${VENUE_MS}", "event_type":"best_bid_ask"}`;
}

/** A snapshot, then deltas that take back what they gave, and trades. */
function kalshiTexts(): string[] {
  const market = `"market_ticker":"${TICKER}","market_id":"31185e50-8a4e-4c7e-9f3b-0c3f1d2a7b90"`;
  const level = (priceE4: number): string => `["${(priceE4 / 10_000).toFixed(4)}","${250 - priceE4 / 100}.00"]`;
  const side = (bestE4: number): string => Array.from({ length: DEPTH }, (_, at) => level(bestE4 - 100 * at)).join(',');
  const books = `"yes_dollars_fp":[${side(2_500)}],"no_dollars_fp":[${side(6_900)}]`;
  const texts = [`{"type":"orderbook_snapshot","sid":1,"seq":1,"msg":{${market},${books}}}`];
  for (let round = 0; round < 4 * ROUNDS; round += 1) {
    const delta = `"price_dollars":"0.2400","delta_fp":"${round % 2 === 0 ? '' : '-'}12.00","side":"yes"`;
    const time = `"ts":"2026-08-11T01:15:15.566273Z","ts_ms":1786410915566`;
    texts.push(`{"type":"orderbook_delta","sid":1,"seq":${round + 2},"msg":{${market},${delta},${time}}}`);
    const trade = `"trade_id":"ba2632f9-7d17-66f5-2f82-7b085e54db40","market_ticker":"${TICKER}"`;
    const prices = `"yes_price_dollars":"0.2600","no_price_dollars":"0.7400","count_fp":"9.12","taker_side":"yes"`;
    const rest = `"taker_outcome_side":"yes","taker_book_side":"bid","ts":1786401938,"ts_ms":1786401938602`;
    texts.push(`{"type":"trade","sid":2,"seq":${round + 1},"msg":{${trade},${prices},${rest}}}`);
  }
  return texts;
}
