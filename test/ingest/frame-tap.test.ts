// The tap between ingest and the recorder: every message that finds room comes out as it went in, at any length,
// alignment and place in the ring; every other is counted, and the next that finds room tells of it.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LiveClock } from '../../engine/core/clock.ts';
import type { DecodeExports } from '../../engine/ingest/frame-host.ts';
import { createTap, FrameTap } from '../../engine/ingest/frame-tap.ts';
import { FrameIntake } from '../../engine/ingest/frames.ts';
import { Counters, counterTotal } from '../../engine/memory/counters.ts';
import { Ring } from '../../engine/memory/ring.ts';
import { RECORD_TEXT } from '../../engine/replay/segment.ts';
import { Markets } from '../../engine/venue/markets.ts';
import * as L from '../../wasm/layout.ts';
import { smallArena, wasmOver } from '../helpers/arena.ts';
import { recordedFrames } from '../oracle/corpus.ts';
import { PLAN, RecorderRig } from '../replay/support/recorder.ts';

const offer = fc.record({
  bytes: fc.uint8Array({ minLength: 5, maxLength: 9_000, size: 'max' }),
  skip: fc.integer({ min: 0, max: 40 }),
  connection: fc.integer({ min: 0, max: 1_023 }),
  drains: fc.integer({ min: 0, max: 19 }).map((draw) => draw === 0),
});

test('what finds room is recorded byte for byte in order, what does not is counted and told before the next', () => {
  let wrapped = 0;
  let refused = 0;
  fc.assert(
    fc.property(fc.array(offer, { minLength: 30, maxLength: 120, size: 'max' }), (offers) => {
      const rig = new RecorderRig();
      const slots = PLAN.recordRingBytes / L.RING_SLOT_BYTES;
      const expected: string[] = [];
      // The oracle: a count of free slots and of what was lost since the last message that found room.
      let [free, lost, total, last] = [slots, 0, 0, 0];
      for (const [index, { bytes, skip, connection, drains }] of offers.entries()) {
        const at = rig.arena.region(L.REGION_SCAN).at + skip;
        const wanted = 1 + Math.ceil(((at % 8) + bytes.length) / 32);
        if (wanted > free) {
          lost += 1;
          total += 1;
        } else {
          if (lost > 0)
            expected.push(`${JSON.stringify({ recorder: 'gap', framesLost: lost })} ${connection} ${index}`);
          expected.push(`${Buffer.from(bytes).toString('utf8')} ${connection} ${index}`);
          [free, lost, last] = [free - wanted, 0, index];
        }
        rig.offer(bytes, index, connection, L.VENUE_POLYMARKET, skip);
        if (!drains) continue;
        rig.drain(0);
        free = slots;
      }
      const ring = new Ring(rig.arena, rig.arena.at(L.REGION_RECORD_RINGS, 0));
      const tail = rig.arena.u32[(ring.at + L.RING_TAIL) >> 2]!;
      if (tail > slots) wrapped += 1;
      rig.drain(0);
      rig.agent.close();
      if (lost > 0) expected.push(`${JSON.stringify({ recorder: 'gap', framesLost: lost })} 0 ${last}`);
      expect(rig.records.map(({ text, connection, recvNs }) => `${text} ${connection} ${recvNs}`)).toEqual(expected);
      expect(rig.count(L.COUNTER_RECORD_FRAMES_LOST)).toBe(total);
      refused += total;
    }),
    { numRuns: 40 },
  );
  expect(wrapped, 'runs that went round the ring').toBeGreaterThan(10);
  expect(refused, 'messages that found no room').toBeGreaterThan(100);
}, 120_000);

test('indexes run over 2^32 without a byte changed', () => {
  const rig = new RecorderRig();
  new Ring(rig.arena, rig.arena.at(L.REGION_RECORD_RINGS, 0)).startAt(2 ** 32 - 100);
  const texts = Array.from({ length: 40 }, (_, index) => `{"frame":${index},"text":"${'x'.repeat(index * 7)}"}`);
  for (const [index, text] of texts.entries()) {
    rig.offer(Buffer.from(text), index);
    rig.drain(0);
  }
  rig.agent.close();
  expect(rig.records.map(({ text }) => text)).toEqual(texts);
});

test('an intake taps every message before it decodes it: accepted, refused, unknown and PONG alike', () => {
  const rig = new RecorderRig({ arena: smallArena({ ...PLAN, scanBytes: 131_072, recordRingBytes: 16_777_216 }) });
  const { arena, tap } = rig;
  const intake = new FrameIntake({
    ...{ arena, clock: new LiveClock(), policy: 'live', registerUnknown: true, tap },
    ...{ exports: wasmOver<DecodeExports>(arena, 0), markets: new Markets(arena), counters: new Counters(arena, 0) },
  });
  const levels = new Ring(arena, arena.at(L.REGION_LEVEL_RINGS, 0));
  const texts = [
    ...recordedFrames().map(({ text }) => text),
    'PONG',
    '{"event_type":"never heard of"}',
    '{"market":',
    '',
  ];
  for (const [index, text] of texts.entries()) {
    const venue = recordedFrames()[index]?.venue ?? L.VENUE_POLYMARKET;
    intake.accept(Buffer.from(text), venue, 3, index);
    levels.release(levels.ready());
  }
  rig.drain(0);
  rig.agent.close();
  const byTime = rig.records.sort((a, b) => a.recvNs - b.recvNs);
  expect(byTime.map(({ text }) => text)).toEqual(texts);
  expect(byTime.filter(({ flags }) => flags !== RECORD_TEXT).map(({ text }) => text)).toEqual(['PONG']);
  expect(counterTotal(arena, L.COUNTER_FRAMES_REJECTED)).toBeGreaterThan(0);
});

test('a frame above the scan region is refused and counted as not recorded', () => {
  const rig = new RecorderRig();
  const { arena, tap } = rig;
  const intake = new FrameIntake({
    ...{ arena, clock: new LiveClock(), policy: 'live', registerUnknown: true, tap },
    ...{ exports: wasmOver<DecodeExports>(arena, 0), markets: new Markets(arena), counters: new Counters(arena, 0) },
  });
  intake.accept(Buffer.alloc(PLAN.scanBytes + 1, 0x20), L.VENUE_POLYMARKET, 0, 1);
  intake.accept(Buffer.from('PONG'), L.VENUE_POLYMARKET, 0, 2);
  rig.drain(0);
  rig.agent.close();
  expect(rig.records.map(({ text }) => text)).toEqual(['{"recorder":"gap","framesLost":1}', 'PONG']);
  expect([rig.count(L.COUNTER_RECORD_FRAMES), rig.count(L.COUNTER_RECORD_FRAMES_LOST)]).toEqual([1, 1]);
});

test('without a ring there is no tap, and a ring that the largest frame does not fit is refused by name', () => {
  const without = smallArena();
  expect(createTap(without, new Counters(without, 0))).toBeUndefined();
  const withRing = smallArena(PLAN);
  expect(createTap(withRing, new Counters(withRing, 0))).toBeInstanceOf(FrameTap);
  expect(() => smallArena({ scanBytes: 65_536, recordRingBytes: 65_536 })).toThrow(
    'recorder.ringBytes: 65536, allowed powers of two from twice arena.scanBytes (131072)',
  );
});
