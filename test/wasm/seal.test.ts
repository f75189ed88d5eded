// Seals and what evidence does in the detector: when a hash is left for the verifier, what follows it, evidence that a
// snapshot has overtaken, and books that a sequence proves.
import { beforeEach, describe, expect, test } from 'vitest';
import { Books } from '../../engine/book/books.ts';
import { EvidenceRing } from '../../engine/integrity/evidence-ring.ts';
import { Seals } from '../../engine/integrity/seals.ts';
import * as L from '../../wasm/layout.ts';
import { BookRig } from '../helpers/book-rig.ts';

const MICROS = 1_000_000;
const HASH = { flags: L.FRAME_FLAG_HAS_HASH };

let rig: BookRig;
let seals: Seals;

beforeEach(() => {
  rig = new BookRig();
  seals = new Seals(rig.arena);
  rig.snapshot();
  rig.drain();
});

/** State of market 0's seal after one more change with a hash at `venueMs`. */
function stateAfter(venueMs: number, more: object = {}): number {
  rig.change(4800, L.SIDE_BID, MICROS, { ...HASH, venueMs, ...more });
  rig.drain();
  return seals.state(0);
}

describe('a seal', () => {
  test('is taken only when it is wanted, by the next part that states a hash', () => {
    expect(stateAfter(10)).toBe(L.SEAL_IDLE);
    seals.ask(0, true);
    expect(stateAfter(11, { flags: 0 })).toBe(L.SEAL_WANTED);
    expect(stateAfter(12, { flags: L.FRAME_FLAG_HAS_HASH | L.FRAME_FLAG_HASH_NO_VIEW })).toBe(L.SEAL_TAKEN);
    const seal = seals.read(0);
    expect(seal).toMatchObject({
      frameSeq: rig.feed.frameSeq,
      epoch: 1,
      snapshot: false,
      view: L.VIEW_NO,
      venueMs: 12,
    });
    expect(seal.hash).toMatch(/^[0-9a-f]{40}$/);
    expect(rig.books.frameSeq(0)).toBe(seal.frameSeq);
  });

  test('is not taken of a book that is pending or suspect, nor from a late part', () => {
    seals.ask(0, true);
    expect(stateAfter(20, { bidE4: 4700 })).toBe(L.SEAL_WANTED);
    expect(rig.state()).toBe('PENDING');
    expect(stateAfter(20, { bidE4: 4900, askE4: 5100, flags: 0 })).toBe(L.SEAL_WANTED);
    expect(rig.state()).toBe('SYNCED');
    expect(stateAfter(19)).toBe(L.SEAL_WANTED);
    rig.feed.next().control(L.CONTROL_OP_SUSPECT);
    expect(stateAfter(21)).toBe(L.SEAL_WANTED);
  });

  const followers: readonly (readonly [string, number, object, number])[] = [
    ['of a later millisecond says that it was over', 31, {}, 31],
    ['of the same millisecond says that it was not', 30, {}, 30],
    ['of another connection says nothing', 31, { connection: 1 }, 0],
  ];
  for (const [what, venueMs, more, nextMs] of followers) {
    test(`that is followed by a part ${what}`, () => {
      seals.ask(0, true);
      expect(stateAfter(30)).toBe(L.SEAL_TAKEN);
      expect(stateAfter(venueMs, more)).toBe(L.SEAL_FOLLOWED);
      expect(seals.nextMs(0)).toBe(nextMs);
      const { frameSeq } = seals.read(0);
      expect(stateAfter(40)).toBe(L.SEAL_FOLLOWED);
      expect(seals.read(0).frameSeq).toBe(frameSeq);
    });
  }

  test('keeps the price of the last trade', () => {
    rig.feed.next().level({ priceE4: 5100, side: L.SIDE_ASK, kind: L.KIND_TRADE, sizeMicros: MICROS });
    rig.feed.end({ flags: L.FRAME_FLAG_TRADE });
    rig.drain();
    expect(seals.lastTradeE4(0)).toBe(5100);
  });
});

describe('evidence from outside', () => {
  test('makes the book SUSPECT, and not when a snapshot came after the frame it speaks against', () => {
    const suspect = (againstSeq: number): void => {
      const at = rig.feed.next().ring.claim(L.CONTROL_SLOTS);
      rig.arena.bytes.fill(0, at, at + L.CONTROL_BYTES);
      rig.arena.view.setUint32(at + L.CONTROL_EPOCH, 1, true);
      rig.arena.view.setUint16(at + L.CONTROL_OP, L.CONTROL_OP_SUSPECT, true);
      rig.arena.view.setUint8(at + L.CONTROL_KIND, L.KIND_CONTROL);
      rig.arena.view.setUint32(at + L.CONTROL_FRAME_SEQ, rig.feed.frameSeq, true);
      rig.arena.view.setUint32(at + L.CONTROL_AGAINST_SEQ, againstSeq, true);
      rig.feed.ring.publish();
    };
    rig.change(4800, L.SIDE_BID, MICROS);
    const against = rig.feed.frameSeq;
    rig.snapshot();
    suspect(against);
    expect(rig.state()).toBe('SYNCED');
    expect(rig.count(L.COUNTER_SUSPECTS_OVERTAKEN)).toBe(1);
    suspect(rig.feed.frameSeq);
    expect(rig.state()).toBe('SUSPECT');
    rig.snapshot();
    expect(rig.state()).toBe('SYNCED');
  });

  test('passes from the verifier to ingest in order, and is refused when the ring is full', () => {
    const ring = new EvidenceRing(rig.arena);
    for (let market = 0; market < L.EVIDENCE_RING_SLOTS; market += 1) expect(ring.tell(market, 7)).toBe(true);
    expect(ring.tell(0, 1)).toBe(false);
    const taken: number[] = [];
    expect(new EvidenceRing(rig.arena).take((market) => taken.push(market))).toBe(L.EVIDENCE_RING_SLOTS);
    expect(taken).toEqual(Array.from({ length: L.EVIDENCE_RING_SLOTS }, (_, market) => market));
    expect(ring.tell(5, 1)).toBe(true);
  });
});

test('a proof of an earlier time takes nothing back of a later one', () => {
  seals.proven(0, 900);
  seals.proven(0, 400);
  expect([seals.provenNs(0), seals.provenNs(1)]).toEqual([900, 0]);
});

test('a top found wrong is noted with the time of the last frame that had agreed', () => {
  const before = seals.topWrongs(0);
  rig.change(4800, L.SIDE_BID, MICROS, { venueMs: 50, recvNs: 5_000, bidE4: 4900, askE4: 5100 });
  rig.change(4700, L.SIDE_BID, MICROS, { venueMs: 51, recvNs: 6_000, bidE4: 4800 });
  rig.change(4600, L.SIDE_BID, MICROS, { venueMs: 52, recvNs: 7_000 });
  expect(rig.state()).toBe('SUSPECT');
  expect([before.count, seals.topWrongs(0)]).toEqual([0, { count: 1, agreedNs: 5_000 }]);
});

describe('a sequence without gaps', () => {
  const seq = (sid: number, number: number, recvNs: number, connection = 0) => ({
    sid,
    seq: number,
    recvNs,
    connection,
  });

  test('proves all books of its subscription, quiet ones too, and no others', () => {
    rig.wasm.setSeqScope(1);
    rig.snapshot(0, 1, seq(1, 1, 100));
    rig.snapshot(1, 1, seq(1, 2, 200));
    rig.snapshot(2, 1, seq(2, 1, 300));
    rig.change(4800, L.SIDE_BID, MICROS, seq(1, 3, 900));
    rig.drain();
    const books = new Books(rig.arena);
    expect([0, 1, 2].map((market) => books.verifiedNs(market))).toEqual([900, 900, 300]);
  });

  test('proves nothing where its numbers step back, break off, or are filtered by market', () => {
    rig.wasm.setSeqScope(1);
    rig.snapshot(0, 1, seq(1, 5, 100));
    rig.change(4800, L.SIDE_BID, MICROS, seq(1, 5, 900));
    rig.drain();
    expect(rig.books.verifiedNs(0)).toBe(100);
    rig.change(4800, L.SIDE_BID, MICROS, seq(1, 9, 950));
    rig.drain();
    expect(rig.books.verifiedNs(0)).toBe(100);
    rig.wasm.setSeqScope(0);
    rig.snapshot(1, 1, seq(7, 1, 1_000));
    rig.feed.next().level({ market: 1, priceE4: 4800, side: L.SIDE_BID, sizeMicros: MICROS });
    rig.feed.end({ market: 1, ...seq(7, 2, 2_000) });
    rig.drain();
    expect(rig.books.verifiedNs(1)).toBe(1_000);
  });
});
