// Frames decoded where a socket's read left them: the same records as copied frames, one stamp per read, and text
// vouched for only when it is plain; then the ingest agent over a real socket.
import { expect, onTestFinished, test } from 'vitest';
import { type Clock, LiveClock } from '../../engine/core/clock.ts';
import type { DecodeExports } from '../../engine/ingest/frame-host.ts';
import { FrameIntake } from '../../engine/ingest/frames.ts';
import { IngestAgent } from '../../engine/ingest/ingest.ts';
import { ArenaPool } from '../../engine/ingest/receive-pool.ts';
import { Counters } from '../../engine/memory/counters.ts';
import { Markets } from '../../engine/venue/markets.ts';
import * as L from '../../wasm/layout.ts';
import { smallArena, wasmOver } from '../helpers/arena.ts';
import { careWith, ONE_COPY } from '../helpers/care.ts';
import { recordedFrames, recordedMarkets } from '../oracle/corpus.ts';
import { DecoderUnderTest, TEST_PLAN } from '../oracle/harness.ts';
import { openRawServer, within } from './deck/peer.ts';
import { close, fragments, TEXT, text } from './deck/wire.ts';

const PLAN = { ...TEST_PLAN, receiveSlices: 2, receiveBytes: 131_072 };
const samples = recordedFrames();
const polymarket = samples
  .filter(({ venue }) => venue === L.VENUE_POLYMARKET)
  .map((sample) => Buffer.from(sample.text));

/** The staged records of the last frame. */
function staged({ arena }: DecoderUnderTest, slots: number): Buffer {
  const { at } = arena.region(L.REGION_STAGING);
  return Buffer.from(arena.bytes.slice(at, at + Math.max(0, slots) * L.RING_SLOT_BYTES));
}

test('a frame in place, at any alignment and between other bytes, decodes to what its copy decodes to', () => {
  const copied = new DecoderUnderTest(recordedMarkets(), true, PLAN);
  const placed = new DecoderUnderTest(recordedMarkets(), true, PLAN);
  const { at } = placed.arena.region(L.REGION_RECEIVE);
  placed.arena.bytes.fill(0x7d, at, at + PLAN.receiveBytes);
  let published = 0;
  for (const [index, { venue, text: json }] of samples.entries()) {
    const bytes = Buffer.from(json);
    const place = at + (index % 71);
    placed.arena.bytes.set(bytes, place);
    placed.intake.stampRead();
    const expected = copied.intake.accept(bytes, venue, 3, 0);
    expect(placed.intake.acceptAt(place, bytes.length, venue, 3), json).toBe(expected);
    expect(staged(placed, expected).equals(staged(copied, expected)), json).toBe(true);
    if (expected > 0) published += 1;
    placed.drain();
    copied.drain();
  }
  expect(published).toBeGreaterThan(300);
  expect(placed.counters.get(L.COUNTER_FRAMES_IN_PLACE)).toBe(samples.length);
  expect(copied.counters.get(L.COUNTER_FRAMES_IN_PLACE)).toBe(0);
});

test('a frame above the scan region is refused in place as it is when copied', () => {
  const under = new DecoderUnderTest(recordedMarkets(), false, { ...PLAN, scanBytes: 4_096 });
  const { at } = under.arena.region(L.REGION_RECEIVE);
  const refused = -(L.DECODE_REJECT_BASE + L.REJECT_OVERSIZE);
  expect(under.intake.acceptAt(at, 4_097, L.VENUE_POLYMARKET, 0)).toBe(refused);
  expect(under.intake.accept(Buffer.alloc(4_097, 0x20), L.VENUE_POLYMARKET, 0, 0)).toBe(refused);
  expect(under.counters.get(L.COUNTER_FRAMES_RECEIVED)).toBe(2);
});

test('a published frame is plain ASCII: with any byte of it above 0x7f it is never published', () => {
  const under = new DecoderUnderTest(recordedMarkets(), true, PLAN);
  const { at } = under.arena.region(L.REGION_RECEIVE);
  const { bytes } = under.arena;
  let tried = 0;
  for (const { venue, text: json } of samples.filter((_, index) => index % 9 === 0)) {
    const frame = Buffer.from(json).subarray(0, 2_500);
    if (frame.length < json.length) continue;
    bytes.set(frame, at);
    if (under.intake.acceptAt(at, frame.length, venue, 0) <= 0) continue;
    under.drain();
    for (let offset = 0; offset < frame.length; offset += 1) {
      bytes[at + offset] = frame[offset]! | 0x80;
      tried += 1;
      expect(under.intake.acceptAt(at, frame.length, venue, 0), `${offset} of ${json}`).toBeLessThanOrEqual(0);
      bytes[at + offset] = frame[offset]!;
    }
    under.drain();
  }
  expect(tried).toBeGreaterThan(5_000);
});

/** Counts its readings: every stamp is another. */
class CountingClock implements Clock {
  readings = 0;

  nowNs(): number {
    this.readings += 1;
    return this.readings * 1_000;
  }

  stampNow(into: Float64Array, at: number): void {
    into[at] = this.nowNs();
  }

  wallMs(): number {
    return 0;
  }
}

test('the frames of one read bear one stamp, a copied frame its own', () => {
  const arena = smallArena({ receiveSlices: 1, receiveBytes: 65_536 });
  const markets = new Markets(arena);
  for (const meta of recordedMarkets()) markets.register(meta);
  const clock = new CountingClock();
  const exports = wasmOver<DecodeExports>(arena, 0);
  const counters = new Counters(arena, 0);
  const intake = new FrameIntake({ arena, exports, markets, counters, clock, policy: 'live', registerUnknown: true });
  const { at } = arena.region(L.REGION_RECEIVE);
  const book = polymarket.find((bytes) => bytes.includes('"book"'))!;
  arena.bytes.set(book, at);
  const recvNs = (slots: number): number => {
    const last = arena.region(L.REGION_STAGING).at + (slots - L.FRAME_END_SLOTS) * L.RING_SLOT_BYTES;
    return arena.view.getFloat64(last + L.FRAME_END_RECV_NS, true);
  };
  intake.stampRead();
  const first = recvNs(intake.acceptAt(at, book.length, L.VENUE_POLYMARKET, 0));
  const second = recvNs(intake.acceptAt(at, book.length, L.VENUE_POLYMARKET, 0));
  expect([first, second]).toEqual([1_000, 1_000]);
  expect(recvNs(intake.acceptNow(book, L.VENUE_POLYMARKET, 0))).toBeGreaterThan(1_000);
});

test('slices lie apart, with the decoder’s margin behind each; a connection beyond them has none until one is given back', () => {
  const arena = smallArena({ receiveSlices: 2, receiveBytes: 4_096 });
  const pool = new ArenaPool(arena);
  const [first, second] = [pool.take()!, pool.take()!];
  expect([first.bytes, second.bytes, second.at - first.at]).toEqual([4_096, 4_096, 4_096 + L.RECEIVE_BEHIND_BYTES]);
  expect(second.at + second.bytes + L.RECEIVE_BEHIND_BYTES).toBeLessThanOrEqual(arena.bytes.length);
  expect(pool.take()).toBeUndefined();
  pool.give(first);
  expect(pool.take()).toBe(first);
});

/** What one transport makes of a recorded session that a server sends over a real socket. */
async function ingested(transport: 'native' | 'ws', receiveSlices: number) {
  const server = await openRawServer(false);
  onTestFinished(() => server.close());
  const arena = smallArena({ receiveSlices, receiveBytes: 4_096, levelRingSlots: 65_536, scanBytes: 65_536 });
  const markets = new Markets(arena);
  for (const meta of recordedMarkets()) markets.register(meta);
  const exports = wasmOver<DecodeExports>(arena, 0);
  const counters = new Counters(arena, 0);
  const clock = new LiveClock();
  const intake = new FrameIntake({ arena, exports, markets, counters, clock, policy: 'live', registerUnknown: true });
  const feed = {
    ...{ url: server.url, transport, tokens: ['1'], connection: 0, maxFrameBytes: 65_536 },
    ...{ care: careWith({ backoffMsMin: 60_000 }), ...ONE_COPY },
  };
  let turns = 0;
  let lost: () => void = () => {};
  const ended = new Promise<void>((resolve) => {
    lost = resolve;
  });
  const agent = new IngestAgent({ outbound: [feed], seed: 1 }, intake, clock, () => {
    turns += 1;
    if (agent.sockets().reconnects > 0) lost();
  });
  onTestFinished(() => agent.close());
  await agent.open();
  const peer = await server.next();
  // A large snapshot in fragments, then everything else in one write, a ping as text within.
  const [book, ...rest] = polymarket;
  const frames = [...fragments(TEXT, book!, 700), ...rest.map((bytes) => text(bytes)), text('PONG'), close(1001)];
  peer.write(peer.opening());
  await peer.writeAll([Buffer.concat(frames)]);
  await within(peer.closing, 'close frame');
  peer.end();
  const deadline = setInterval(() => agent.sockets().reconnects > 0 && lost(), 5);
  await within(ended, 'loss of the connection').finally(() => clearInterval(deadline));
  const outcomes = [L.COUNTER_FRAMES_RECEIVED, L.COUNTER_FRAMES_DECODED, L.COUNTER_LEVELS_PUBLISHED];
  return {
    outcomes: outcomes.map((id) => counters.get(id)),
    inPlace: counters.get(L.COUNTER_FRAMES_IN_PLACE),
    turns,
  };
}

test('the agent takes a recorded session alike in place, without a slice, and over ws', async () => {
  const [placed, copied, ws] = [await ingested('native', 1), await ingested('native', 0), await ingested('ws', 1)];
  expect(copied.outcomes).toEqual(placed.outcomes);
  expect(ws.outcomes).toEqual(placed.outcomes);
  expect(placed.outcomes[0]).toBe(polymarket.length);
  // Frames above the slice of 4 KiB, and what the same reads brought behind them, are copied in; all others are not.
  const small = polymarket.filter(({ length }) => length < 1_000).length;
  expect(small).toBeGreaterThan(100);
  expect(placed.inPlace).toBeGreaterThan(small * 0.8);
  expect(placed.inPlace).toBeLessThan(polymarket.length);
  expect([copied.inPlace, ws.inPlace]).toEqual([0, 0]);
  // Many frames of one read are worked off together, but not all at the end.
  expect(placed.turns).toBeLessThan(copied.turns / 2);
  expect(placed.turns).toBeGreaterThan(polymarket.length / 64);
});
