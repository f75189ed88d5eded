// Suites `ring-push` and `ring-record`: 512 bytes and 32 bytes per push, handed from a producer to a consumer that
// reads every byte of them, push and take in turn on one thread. One thread is the honest and the steady way to time
// the hand-over: with two, the figure is the other core's mood; suite `hop` shows what the way between cores adds.
//
// All variants start from the same records and end in the same fold, done by the same WASM function: ours over the slots
// in place, ringbuf.js over the words it has copied out. Each stays on its side meanwhile: a record alone is handed over
// inside WASM, as the product does it, and ringbuf.js crosses once in FOLDED_TOGETHER records. Each push differs from the one before by its frameSeq.
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { compileWasm, instantiate } from '../../engine/detect/host.ts';
import { Arena } from '../../engine/memory/arena.ts';
import { Ring } from '../../engine/memory/ring.ts';
import * as L from '../../wasm/layout.ts';
import type { Suite, Variant } from '../harness.ts';
import { createLoops, type LoopExports } from '../loops.ts';
import { writeUpdate } from '../rig.ts';
import { createByteRing, createWordRing } from '../ringbuf.ts';
import type { Updates, Workload } from '../workload.ts';

const RING_SLOTS = 4_096;
const PUSHES_PER_SAMPLE = 256;
const VERIFIED_PUSHES = 20_000;
/** Divides both counts of pushes. */
const FOLDED_TOGETHER = 16;
/** Records whose payload differs; the pushes go round them. */
const DISTINCT = 64;
const GROUP_RECORDS = 16;

/** The arena of one variant: staged records, a level ring, and room for what a variant pops. */
interface Place {
  readonly arena: Arena;
  readonly ring: number;
  readonly loops: LoopExports;
  /** Byte address of DISTINCT x `records` records, which lie in the scan area. */
  readonly source: number;
  readonly recordBytes: number;
  readonly staging: number;
}

function createPlace(updates: Updates, recordBytes: number): Place {
  const records = recordBytes / L.LEVEL_BYTES;
  const arena = Arena.create({
    ...{ markets: 1, fineLadders: 0, grids: 1, feeSchedules: 1, baskets: 0, legs: 0, detectors: 1 },
    ...{ levelRingSlots: RING_SLOTS, opportunityRingSlots: 64, stagingSlots: 64 },
    scanBytes: DISTINCT * recordBytes,
  });
  const source = arena.region(L.REGION_SCAN).at;
  for (let at = 0; at < DISTINCT * records; at += 1) {
    writeUpdate(arena, source + at * L.LEVEL_BYTES, updates, at % updates.market.length, 0);
    arena.u32[(source + at * L.LEVEL_BYTES + L.LEVEL_MARKET) >> 2] = 0;
  }
  const ring = arena.at(L.REGION_LEVEL_RINGS, 0);
  const staging = arena.region(L.REGION_STAGING).at;
  return { arena, ring, loops: createLoops(arena), source, recordBytes, staging };
}

/** Hands the pushes from number `seq` on over, each taken before the next, and answers the fold of them, from `sum` on. */
type HandOver = (seq: number, pushes: number, sum: number) => number;

/** A hand-over of one push after the other. */
function each(one: (seq: number, sum: number) => number): HandOver {
  return (seq, pushes, sum) => {
    let folded = sum;
    for (let push = 0; push < pushes; push += 1) folded = one((seq + push) | 0, folded);
    return folded;
  };
}

function variant(name: string, handOver: HandOver): Variant {
  let seq = 0;
  let sink = 0;
  const turns = (count: number): void => {
    sink = handOver(seq + 1, count, sink);
    seq = (seq + count) | 0;
  };
  return {
    name,
    opsPerSample: PUSHES_PER_SAMPLE,
    run: () => turns(PUSHES_PER_SAMPLE),
    verify: () => {
      seq = 0;
      sink = 1;
      turns(VERIFIED_PUSHES);
      return (sink >>> 0).toString(16);
    },
  };
}

/** The product: publish() of a staged group in WASM, read in place by WASM. */
function published({ arena, loops, ring, recordBytes, source, staging }: Place): HandOver {
  const { publish } = instantiate<{ publish(slots: number, policyLive: number): number }>(compileWasm(), arena, 0);
  const slots = recordBytes / L.RING_SLOT_BYTES;
  // One staged frame, as decode leaves it; its first record's number tells the pushes apart.
  arena.bytes.copyWithin(staging, source, source + recordBytes);
  const { u32 } = arena;
  const seqWord = (staging + L.LEVEL_FRAME_SEQ) >> 2;
  return each((seq, sum) => {
    u32[seqWord] = seq;
    if (publish(slots, 0) !== 0) throw new Error('the ring is full');
    return loops.takeAll(ring, recordBytes, sum);
  });
}

/**
 * One record claimed, copied, published and taken, all in WASM: as the opportunity ring is written and the level rings are
 * read, and as ringbuf.js is called from JavaScript without leaving it.
 */
function pushed({ arena, loops, ring, recordBytes, staging, source }: Place): HandOver {
  arena.bytes.copyWithin(staging, source, source + recordBytes);
  return (seq, pushes, sum) => loops.handRecords(ring, staging, seq, pushes, sum);
}

/** The ring's TypeScript side: words copied by JavaScript, taken in place. */
function typescript({ arena, loops, ring, recordBytes, staging, source }: Place): HandOver {
  arena.bytes.copyWithin(staging, source, source + recordBytes);
  const { u32 } = arena;
  const seqWord = (staging + L.LEVEL_FRAME_SEQ) >> 2;
  const words = L.LEVEL_BYTES >> 2;
  const slots = recordBytes / L.RING_SLOT_BYTES;
  const side = new Ring(arena, ring);
  return each((seq, sum) => {
    u32[seqWord] = seq;
    if (side.free(slots) < slots) throw new Error('the ring is full');
    for (let slot = 0; slot < slots; slot += 1) {
      const to = side.claim(L.LEVEL_SLOTS) >> 2;
      const from = (staging >> 2) + slot * words;
      for (let word = 0; word < words; word += 1) u32[to + word] = u32[from + word]!;
    }
    side.publish();
    const ready = side.ready();
    let folded = sum;
    for (let ahead = 0; ahead < ready; ahead += slots) {
      folded = loops.foldBytes(side.slotAt(ahead), recordBytes, folded);
    }
    side.release(ready);
    return folded;
  });
}

/**
 * ringbuf.js stays in JavaScript: pushed and popped records lie side by side in the arena, over the source, which has been
 * copied out, and one call folds FOLDED_TOGETHER of them.
 */
function inJavaScript<T>(
  place: Place,
  inward: readonly T[],
  push: (seq: number) => void,
  pop: (to: T) => void,
): HandOver {
  const { loops, recordBytes, source } = place;
  return (seq, pushes, sum) => {
    let folded = sum;
    for (let done = 0; done < pushes; done += FOLDED_TOGETHER) {
      for (let at = 0; at < FOLDED_TOGETHER; at += 1) {
        push((seq + done + at) | 0);
        pop(inward[at]!);
      }
      folded = loops.foldEach(source, recordBytes, FOLDED_TOGETHER, folded);
    }
    return folded;
  };
}

function words(place: Place): HandOver {
  const { arena, recordBytes, source } = place;
  const ring = createWordRing(RING_SLOTS * L.RING_SLOT_BYTES);
  const outward = arena.u32.slice(source >> 2, (source + recordBytes) >> 2);
  const count = recordBytes >> 2;
  const inward = places(place, (at) => new Uint32Array(arena.memory.buffer, at, count));
  const push = (seq: number): void => {
    outward[L.LEVEL_FRAME_SEQ >> 2] = seq;
    if (ring.push(outward) !== count) throw new Error('the ring is full');
  };
  return inJavaScript(place, inward, push, (to) => {
    if (ring.pop(to) !== count) throw new Error('the ring is empty');
  });
}

function bytes(place: Place): HandOver {
  const { arena, recordBytes, source } = place;
  const ring = createByteRing(RING_SLOTS * L.RING_SLOT_BYTES);
  const outward = arena.bytes.slice(source, source + recordBytes);
  const outwardWords = new Uint32Array(outward.buffer);
  const inward = places(place, (at) => new Uint8Array(arena.memory.buffer, at, recordBytes));
  const push = (seq: number): void => {
    outwardWords[L.LEVEL_FRAME_SEQ >> 2] = seq;
    if (ring.push(outward) !== recordBytes) throw new Error('the ring is full');
  };
  return inJavaScript(place, inward, push, (to) => {
    if (ring.pop(to) !== recordBytes) throw new Error('the ring is empty');
  });
}

/** Views of the first FOLDED_TOGETHER records of the source. */
function places<T>({ source, recordBytes }: Place, viewAt: (at: number) => T): T[] {
  return Array.from({ length: FOLDED_TOGETHER }, (_, at) => viewAt(source + at * recordBytes));
}

/** What worker threads offer by default, read without the event loop. */
function messages({ arena, loops, recordBytes, source, staging }: Place): HandOver {
  const { port1, port2 } = new MessageChannel();
  port1.unref();
  port2.unref();
  const outward = arena.u32.slice(source >> 2, (source + recordBytes) >> 2);
  const inward = new Uint32Array(arena.memory.buffer, staging, recordBytes >> 2);
  return each((seq, sum) => {
    outward[L.LEVEL_FRAME_SEQ >> 2] = seq;
    port1.postMessage(outward);
    const received = receiveMessageOnPort(port2) as { readonly message: Uint32Array } | undefined;
    if (received === undefined) throw new Error('a posted message is missing');
    inward.set(received.message);
    return loops.foldBytes(staging, recordBytes, sum);
  });
}

function suite(name: string, operation: string, updates: Updates, recordBytes: number, ours: [string, Way][]): Suite {
  const others: [string, Way][] = [
    ['ringbuf.js', words],
    ['ringbuf.js, bytes', bytes],
    ['MessageChannel', messages],
  ];
  const variants = [...ours, ...others].map(([label, way]) => variant(label, way(createPlace(updates, recordBytes))));
  return { name, operation, variants };
}

type Way = (place: Place) => HandOver;

export function createRingPushSuite({ updates }: Workload): Suite {
  return suite('ring-push', '512 bytes pushed and read', updates, GROUP_RECORDS * L.LEVEL_BYTES, [
    ['dutchbook', published],
    ['dutchbook, TypeScript', typescript],
  ]);
}

export function createRingRecordSuite({ updates }: Workload): Suite {
  return suite('ring-record', '32 bytes pushed and read', updates, L.LEVEL_BYTES, [
    ['dutchbook', pushed],
    ['dutchbook, publish()', published],
    ['dutchbook, TypeScript', typescript],
  ]);
}
