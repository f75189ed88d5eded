// FrameIntake at its seams: the ring, the counters, MARKETS.
import { expect, test } from 'vitest';
import { VirtualClock } from '../../engine/core/clock.ts';
import { FrameIntake } from '../../engine/ingest/frames.ts';
import { uniformGrid } from '../../engine/venue/grid.ts';
import { payoutOf } from '../../engine/venue/markets.ts';
import * as L from '../../wasm/layout.ts';
import { documentedFrames, recordedFrames, recordedMarkets } from '../oracle/corpus.ts';
import { DecoderUnderTest, TEST_PLAN } from '../oracle/harness.ts';

const CONDITION = `0x${'a'.repeat(64)}`;
const YES = '1'.repeat(77);
const NO = '2'.repeat(77);
const META = {
  id: `polymarket:${CONDITION}`,
  venue: 'polymarket' as const,
  yesToken: YES,
  noToken: NO,
  tickRanges: uniformGrid(100),
};

function priceChange(price: string, token = YES, market = CONDITION): Buffer {
  const hash = 'f3cc31114e050a10b3d72e6f8a2233f63b19489c';
  const change = `{"asset_id":"${token}", "price":"${price}", "size":"5", "side":"BUY", "hash":"${hash}", "best_bid":"0.27", "best_ask":"0.51"}`;
  return Buffer.from(
    `{"market":"${market}", "price_changes":[${change}], "timestamp":"1777366994943", "event_type":"price_change"}`,
  );
}

function book(): Buffer {
  return Buffer.from(
    `[{"market":"${CONDITION}","asset_id":"${YES}","timestamp":"1777366994943","hash":"${'0'.repeat(40)}","bids":[{"price":"0.4","size":"1"}],"asks":[],"tick_size":"0.01","event_type":"book","last_trade_price":""}]`,
  );
}

function tickChange(tick: string): Buffer {
  return Buffer.from(
    `{"market":"${CONDITION}","asset_id":"${YES}","old_tick_size":"0.01","new_tick_size":"${tick}","timestamp":"1777366994950","event_type":"tick_size_change"}`,
  );
}

/** Kinds and, for Control records, operations in the ring, which is emptied. */
function drained(under: DecoderUnderTest): string[] {
  const kinds: string[] = [];
  for (let ready = under.ring.ready(); ready > 0; ready = under.ring.ready()) {
    let ahead = 0;
    while (ahead < ready) {
      const kind = under.ring.kindAt(ahead);
      const at = under.ring.slotAt(ahead);
      const op = under.arena.view.getUint16(at + L.CONTROL_OP, true);
      if (kind !== L.KIND_PAD) kinds.push(kind === L.KIND_CONTROL ? `control ${op}` : `kind ${kind}`);
      ahead += kind === L.KIND_CONTROL || kind === L.KIND_FRAME_END ? 2 : 1;
    }
    under.ring.release(ready);
  }
  return kinds;
}

/** Every frame has one outcome: the counters of outcomes add up to the frames received. */
function expectEveryFrameCounted(under: DecoderUnderTest, frames: number): void {
  const outcomes = [
    L.COUNTER_FRAMES_DECODED,
    L.COUNTER_FRAMES_REJECTED,
    L.COUNTER_FRAMES_UNKNOWN,
    L.COUNTER_FRAMES_CONTROL,
    L.COUNTER_FRAMES_DROPPED,
  ];
  expect(under.counters.get(L.COUNTER_FRAMES_RECEIVED)).toBe(frames);
  expect(outcomes.reduce((sum, id) => sum + under.counters.get(id), 0)).toBe(frames);
}

function live(under: DecoderUnderTest): FrameIntake {
  return new FrameIntake({
    arena: under.arena,
    exports: under.exports,
    markets: under.markets,
    counters: under.counters,
    clock: new VirtualClock(),
    policy: 'live',
    registerUnknown: false,
  });
}

test('a frame is published as one group of its levels and one frame end', () => {
  const under = new DecoderUnderTest([META], false);
  expect(under.intake.accept(priceChange('0.27'), L.VENUE_POLYMARKET, 1, 5)).toBe(3);
  expect(drained(under)).toEqual([`kind ${L.KIND_SET}`, `kind ${L.KIND_FRAME_END}`]);
  expect(under.counters.get(L.COUNTER_FRAMES_DECODED)).toBe(1);
  expect(under.counters.get(L.COUNTER_LEVELS_PUBLISHED)).toBe(1);
  expect(under.counters.get(L.COUNTER_DECODER_FALLBACKS)).toBe(0);
});

test('frame numbers count market data, refusals, unknowns and control events, but no PONG and no acknowledgement', () => {
  const under = new DecoderUnderTest([META], false);
  const frames: [Buffer, number, number][] = [
    [Buffer.from('PONG'), L.VENUE_POLYMARKET, 0],
    [priceChange('0.27'), L.VENUE_POLYMARKET, 1],
    [Buffer.from('{'), L.VENUE_POLYMARKET, 2],
    [Buffer.from('{"event_type":"news"}'), L.VENUE_POLYMARKET, 3],
    [tickChange('0.001'), L.VENUE_POLYMARKET, 4],
    [Buffer.from('{"id":1,"type":"subscribed","msg":{}}'), L.VENUE_KALSHI, 4],
    [Buffer.alloc(TEST_PLAN.scanBytes + 1, 0x20), L.VENUE_POLYMARKET, 5],
  ];
  for (const [bytes, venue, frameSeq] of frames) {
    under.intake.accept(bytes, venue, 1, 5);
    expect(under.intake.frameSeq).toBe(frameSeq);
  }
  expect(under.counters.get(L.COUNTER_FRAMES_RECEIVED)).toBe(5);
  expectEveryFrameCounted(under, 5);
  expect(under.counters.get(L.COUNTER_REJECT_FIRST + L.REJECT_OVERSIZE)).toBe(1);
  expect(under.counters.get(L.COUNTER_REJECT_FIRST + L.REJECT_MALFORMED)).toBe(1);
});

test('a tick change delivered twice changes grid and epoch once', () => {
  const under = new DecoderUnderTest([META], false);
  under.intake.accept(tickChange('0.001'), L.VENUE_POLYMARKET, 1, 5);
  under.intake.accept(tickChange('0.001'), L.VENUE_POLYMARKET, 1, 6);
  expect(drained(under)).toEqual([`control ${L.CONTROL_OP_TICK_CHANGE}`]);
  expect(under.arena.u32[(under.arena.at(L.REGION_MARKETS, 0) + L.MARKET_EPOCH) >> 2]).toBe(2);
  expect(under.intake.accept(priceChange('0.275'), L.VENUE_POLYMARKET, 1, 7)).toBe(3);
});

test('a refused frame makes the market it names STALE under a new epoch', () => {
  const under = new DecoderUnderTest([META], false);
  expect(under.intake.accept(priceChange('0.275'), L.VENUE_POLYMARKET, 1, 5)).toBe(-100 - L.REJECT_OFF_GRID);
  expect(drained(under)).toEqual([`control ${L.CONTROL_OP_STALE}`]);
  expect(under.arena.u32[(under.arena.at(L.REGION_MARKETS, 0) + L.MARKET_EPOCH) >> 2]).toBe(2);
});

test.each([
  ['cut off', priceChange('0.27').subarray(0, 200), true],
  ['cut off behind its first byte', Buffer.from('{'), true],
  ['an array that is cut off', book().subarray(0, -1), true],
  ['no data at all', Buffer.from('NO NEW ASSETS'), false],
  ['of a market we do not keep', priceChange('0.27', '5', `0x${'5'.repeat(64)}`), false],
] as const)('a refused frame that is %s makes the books of its connection STALE: %j', (_, bytes, isStale) => {
  const under = new DecoderUnderTest([META], false);
  under.intake.accept(book(), L.VENUE_POLYMARKET, 1, 5);
  drained(under);
  expect(under.intake.accept(bytes, L.VENUE_POLYMARKET, 2, 6)).toBeLessThanOrEqual(-100);
  expect(drained(under)).toEqual([]);
  expect(under.intake.accept(bytes, L.VENUE_POLYMARKET, 1, 7)).toBeLessThanOrEqual(-100);
  expect(drained(under)).toEqual(isStale ? [`control ${L.CONTROL_OP_STALE}`] : []);
  expectEveryFrameCounted(under, 3);
});

test('with registration on, an unknown market is opened and a finer price refines its assumed grid', () => {
  const under = new DecoderUnderTest([], true);
  expect(under.intake.accept(priceChange('0.2755'), L.VENUE_POLYMARKET, 1, 5)).toBe(3);
  expect(drained(under)).toEqual([
    `control ${L.CONTROL_OP_OPEN}`,
    `control ${L.CONTROL_OP_TICK_CHANGE}`,
    `kind ${L.KIND_SET}`,
    `kind ${L.KIND_FRAME_END}`,
  ]);
  expect(under.markets.tokenOf(0, L.VIEW_YES)).toBe(YES);
});

test('with registration off, an unknown market is refused as such', () => {
  const under = new DecoderUnderTest([], false);
  const answer = under.intake.accept(priceChange('0.27'), L.VENUE_POLYMARKET, 1, 5);
  expect(answer).toBe(-100 - L.REJECT_UNKNOWN_MARKET);
});

test('a lost connection makes its markets STALE once they have had a snapshot, and no others', () => {
  const under = new DecoderUnderTest([META], false);
  under.intake.offStream.disconnected(1, 4);
  expect(drained(under)).toEqual([]);
  under.intake.accept(book(), L.VENUE_POLYMARKET, 1, 5);
  drained(under);
  under.intake.offStream.disconnected(2, 6);
  expect(drained(under)).toEqual([]);
  under.intake.offStream.disconnected(1, 7);
  expect(drained(under)).toEqual([`control ${L.CONTROL_OP_STALE}`]);
});

test('market_resolved closes the market once', () => {
  const under = new DecoderUnderTest([META], false);
  const text = `{"market":"${CONDITION}","assets_ids":["${YES}"],"winning_asset_id":"${YES}","event_message":null,"timestamp":"1787166722776","event_type":"market_resolved"}`;
  for (let turn = 0; turn < 2; turn += 1) under.intake.accept(Buffer.from(text), L.VENUE_POLYMARKET, 1, 5);
  expect(drained(under)).toEqual([`control ${L.CONTROL_OP_RESOLVED}`]);
  const flags = under.arena.u32[(under.arena.at(L.REGION_MARKETS, 0) + L.MARKET_FLAGS) >> 2]!;
  expect(flags & L.MARKET_FLAG_CLOSED).toBe(L.MARKET_FLAG_CLOSED);
  expect(payoutOf(under.arena, 0)).toBe(10_000);
});

test('who won is the token that market_resolved names, when it is one of the market; the first word on it holds', () => {
  const resolved = (winner: string): Buffer =>
    Buffer.from(
      `{"market":"${CONDITION}",${winner}"event_message":null,"timestamp":"1787166722776","event_type":"market_resolved"}`,
    );
  const payout = (...winners: string[]): number | undefined => {
    const under = new DecoderUnderTest([META], false);
    for (const winner of winners) under.intake.accept(resolved(winner), L.VENUE_POLYMARKET, 1, 5);
    expect(drained(under)).toEqual([`control ${L.CONTROL_OP_RESOLVED}`]);
    return payoutOf(under.arena, 0);
  };
  const won = (token: string): string => `"winning_asset_id":"${token}",`;
  expect(payout(won(NO))).toBe(0);
  for (const unclear of ['', won(''), won('7'), '"winning_asset_id":7,', '"winning_asset_id":null,']) {
    expect(payout(unclear), unclear).toBeUndefined();
    expect(payout(unclear, won(YES), won(NO)), unclear).toBe(10_000);
  }
});

test('a market of Kalshi is paid by its last determination, when it settles', () => {
  const lifecycle = (event: string, more: object): Buffer => {
    const msg = { event_type: event, market_ticker: 'X-1', ...more };
    return Buffer.from(JSON.stringify({ type: 'market_lifecycle_v2', sid: 1, msg }));
  };
  const payout = (...events: [string, object][]): number | undefined => {
    const meta = { id: 'kalshi:X-1', venue: 'kalshi' as const, yesToken: 'X-1', tickRanges: uniformGrid(100) };
    const under = new DecoderUnderTest([meta], false);
    for (const [event, more] of events) under.intake.accept(lifecycle(event, more), L.VENUE_KALSHI, 1, 5);
    expect(drained(under)).toEqual([`control ${L.CONTROL_OP_RESOLVED}`]);
    return payoutOf(under.arena, 0);
  };
  const yes = { result: 'yes', settlement_value: '1.0000' };
  expect(payout(['determined', yes])).toBeUndefined();
  expect(payout(['determined', yes], ['settled', {}])).toBe(10_000);
  expect(payout(['determined', yes], ['determined', { result: 'no' }], ['settled', {}])).toBe(0);
  expect(payout(['settled', { settlement_value: '0.3500', result: 'scalar' }])).toBe(3_500);
  const contrary = [{ result: 'no', settlement_value: '1.0000' }, { settlement_value: '1.5' }, { result: 'void' }, {}];
  for (const unclear of contrary) expect(payout(['settled', unclear]), JSON.stringify(unclear)).toBeUndefined();
});

test('under policy live a full ring drops the frame, and STALE goes out before the next one', () => {
  const under = new DecoderUnderTest([META], false);
  const intake = live(under);
  const frames = Math.floor(TEST_PLAN.levelRingSlots / 3);
  let answer = 0;
  for (let turn = 0; turn <= frames && answer >= 0; turn += 1) {
    answer = intake.accept(priceChange('0.27'), L.VENUE_POLYMARKET, 1, turn);
  }
  expect(answer).toBe(L.DECODE_DROPPED);
  expect(under.counters.get(L.COUNTER_FRAMES_DROPPED)).toBe(1);
  expect(under.counters.get(L.COUNTER_FRAMES_DECODED)).toBe(frames);
  expectEveryFrameCounted(under, frames + 1);
  drained(under);
  expect(intake.accept(priceChange('0.27'), L.VENUE_POLYMARKET, 1, 9)).toBe(3);
  expect(drained(under)[0]).toBe(`control ${L.CONTROL_OP_STALE}`);
});

test('under policy replay a consumer without progress is an error after 5 s', () => {
  const under = new DecoderUnderTest([META], false);
  const waitClock = new VirtualClock();
  const intake = new FrameIntake({
    arena: under.arena,
    exports: under.exports,
    markets: under.markets,
    counters: under.counters,
    clock: new VirtualClock(),
    policy: 'replay',
    registerUnknown: false,
    backPressure: () => waitClock.advanceTo(waitClock.nowNs() + 1e9),
    waitClock,
  });
  const fill = () => {
    for (let turn = 0; turn < TEST_PLAN.levelRingSlots; turn += 1) {
      intake.accept(priceChange('0.27'), L.VENUE_POLYMARKET, 1, turn);
    }
  };
  expect(fill).toThrow(/no progress for 5 s/);
  expect(under.counters.get(L.COUNTER_FRAMES_DROPPED)).toBe(0);
});

test('recorded frames of every shape with a fast path never fall back', () => {
  const under = new DecoderUnderTest(recordedMarkets(), true);
  const explained: string[] = [];
  for (const { venue, text } of [...recordedFrames(), ...documentedFrames()]) {
    const before = under.counters.get(L.COUNTER_DECODER_FALLBACKS);
    under.judge(Buffer.from(text), venue);
    if (under.counters.get(L.COUNTER_DECODER_FALLBACKS) > before) explained.push(text);
  }
  // No fast path: the two old schemas of price_change.
  for (const text of explained)
    expect(text.includes('price_change"') && !text.includes('"price_changes"'), text).toBe(true);
  expect(explained).toHaveLength(2);
  expect(under.counters.get(L.COUNTER_FALLBACKS_FAST_SHAPE)).toBe(2);
  // Told apart by shape: the same messages as another serialiser would space them.
  const spaced = (type: string): number => {
    const found = [...recordedFrames(), ...documentedFrames()].filter(({ text }) =>
      text.includes(`"event_type":"${type}"`),
    );
    for (const { venue, text } of found) under.judge(Buffer.from(text.replace('{', '{ ')), venue);
    return found.length;
  };
  const [trades, tops] = [spaced('last_trade_price'), spaced('best_bid_ask')];
  expect(Math.min(trades, tops)).toBeGreaterThan(0);
  expect(under.counters.get(L.COUNTER_FALLBACKS_TRADE)).toBe(trades);
  expect(under.counters.get(L.COUNTER_FALLBACKS_TOP)).toBe(tops);
  expect(under.counters.get(L.COUNTER_DECODER_FALLBACKS)).toBe(2 + trades + tops);
});

test('a frame never reads on into what an earlier, longer frame left in the scan buffer', () => {
  const under = new DecoderUnderTest([META], false);
  const whole = priceChange('0.27');
  for (let length = 0; length < whole.length; length += 1) {
    under.intake.accept(whole, L.VENUE_POLYMARKET, 1, 5);
    const answer = under.intake.accept(whole.subarray(0, length), L.VENUE_POLYMARKET, 1, 6);
    expect(answer, `${length} bytes`).toBe(-100 - L.REJECT_MALFORMED);
    under.drain();
  }
});

test('a message of Kalshi that the host has read is its own connection’s to take, once', () => {
  const under = new DecoderUnderTest([], false);
  const text = '{"type":"ok","id":3,"msg":{"a":1}}';
  const [mine, other] = [1, 2];
  const control =
    '{"type":"market_lifecycle_v2","sid":1,"msg":{"event_type":"deactivated","market_ticker":"X-1","is_deactivated":true}}';
  under.intake.acceptNow(Buffer.from(control), L.VENUE_KALSHI, other);
  under.intake.acceptNow(Buffer.from(text), L.VENUE_KALSHI, mine);
  const forMine = JSON.stringify(under.intake.takeKalshi(mine) ?? null);
  expect(forMine).not.toContain('deactivated');
  under.intake.acceptNow(Buffer.from(control), L.VENUE_KALSHI, other);
  expect(under.intake.takeKalshi(mine)).toBe(undefined);
  expect(JSON.stringify(under.intake.takeKalshi(other))).toContain('deactivated');
  expect(under.intake.takeKalshi(other)).toBe(undefined);
});
