// Suite `ring`: one frame's records (two levels and a FrameEnd, 128 bytes) handed from a producer to a consumer on one
// thread, published per frame in bursts, so that only the hand-over is timed and not the other core's mood.
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { Arena } from '../../engine/memory/arena.ts';
import { Ring } from '../../engine/memory/ring.ts';
import * as L from '../../wasm/layout.ts';
import type { Suite, Variant } from '../harness.ts';
import type { Updates, Workload } from '../workload.ts';

const BURST_FRAMES = 64;
const SLOTS_PER_FRAME = 2 * L.LEVEL_SLOTS + L.FRAME_END_SLOTS;
const WORD = 4_294_967_296;

/** A way to hand frames over: puts the frames [first, first + count) and takes them out again, folding every field. */
type HandOver = (updates: Updates, first: number, count: number) => number;

function variant(name: string, updates: Updates, handOver: HandOver): Variant {
  const frames = updates.market.length;
  let next = 0;
  let sum = 0;
  const burst = (): void => {
    sum = (sum + handOver(updates, next, BURST_FRAMES)) | 0;
    next = next + BURST_FRAMES === frames ? 0 : next + BURST_FRAMES;
  };
  return {
    name,
    opsPerSample: BURST_FRAMES * 4,
    run: () => {
      for (let count = 0; count < 4; count += 1) burst();
    },
    verify: () => {
      next = 0;
      sum = 0;
      for (let done = 0; done < frames; done += BURST_FRAMES) burst();
      return (sum >>> 0).toString(16);
    },
  };
}

/** Fold of one level and one FrameEnd; the same for every way of handing over. */
function fold(market: number, priceE4: number, side: number, sizeLow: number, sizeHigh: number): number {
  return (Math.imul(market ^ (priceE4 << 10) ^ (side << 30), 0x01000193) + sizeLow + sizeHigh) | 0;
}

// tidy-ok: one list of ways to hand over
function createRing(): HandOver {
  const arena = Arena.create({
    markets: 1,
    fineLadders: 0,
    grids: 1,
    feeSchedules: 1,
    baskets: 0,
    legs: 0,
    detectors: 1,
    levelRingSlots: 4_096,
    opportunityRingSlots: 64,
    stagingSlots: 64,
    scanBytes: 4_096,
  });
  const ring = new Ring(arena, arena.at(L.REGION_LEVEL_RINGS, 0));
  const { u32, bytes } = arena;
  const writeLevel = (updates: Updates, frame: number, flags: number): void => {
    const at = ring.claim(L.LEVEL_SLOTS);
    const word = at >> 2;
    const sizeMicros = updates.sizeMicros[frame]!;
    u32[word + (L.LEVEL_MARKET >> 2)] = updates.market[frame]!;
    u32[word + (L.LEVEL_PRICE_E4 >> 2)] = updates.priceE4[frame]! | (updates.side[frame]! << 16) | (L.KIND_SET << 24);
    u32[word + (L.LEVEL_FLAGS >> 2)] = flags;
    u32[word + (L.LEVEL_FRAME_SEQ >> 2)] = frame;
    u32[word + (L.LEVEL_SIZE_MICROS >> 2)] = sizeMicros;
    u32[word + (L.LEVEL_SIZE_MICROS >> 2) + 1] = sizeMicros / WORD;
  };
  const put = (updates: Updates, frame: number): void => {
    if (ring.free(SLOTS_PER_FRAME + 1) < SLOTS_PER_FRAME + 1) throw new Error('the ring is full');
    writeLevel(updates, frame, 0);
    writeLevel(updates, frame, L.LEVEL_FLAG_MIRROR);
    const at = ring.claim(L.FRAME_END_SLOTS);
    u32[(at + L.FRAME_END_MARKET) >> 2] = updates.market[frame]!;
    u32[(at + L.FRAME_END_CONNECTION) >> 2] = L.KIND_FRAME_END << 24;
    u32[(at + L.FRAME_END_FRAME_SEQ) >> 2] = frame;
    u32[(at + L.FRAME_END_BEST_BID_E4) >> 2] = updates.bestBidE4[frame]! | (updates.bestAskE4[frame]! << 16);
    ring.publish();
  };
  // The consumer walks ahead of the head and releases once, as the detector does.
  const take = (): number => {
    const ready = ring.ready();
    let sum = 0;
    for (let ahead = 0; ahead < ready; ) {
      const at = ring.slotAt(ahead);
      const word = at >> 2;
      const kind = bytes[at + L.RECORD_KIND]!;
      if (kind === L.KIND_FRAME_END) {
        sum = (sum + u32[word + (L.FRAME_END_FRAME_SEQ >> 2)]! + u32[word + (L.FRAME_END_BEST_BID_E4 >> 2)]!) | 0;
        ahead += L.FRAME_END_SLOTS;
      } else {
        if (kind !== L.KIND_PAD) sum = (sum + foldLevel(word)) | 0;
        ahead += L.LEVEL_SLOTS;
      }
    }
    ring.release(ready);
    return sum;
  };
  const foldLevel = (word: number): number => {
    const packed = u32[word + (L.LEVEL_PRICE_E4 >> 2)]!;
    const low = u32[word + (L.LEVEL_SIZE_MICROS >> 2)]!;
    const high = u32[word + (L.LEVEL_SIZE_MICROS >> 2) + 1]!;
    return fold(u32[word]!, packed & 0xffff, (packed >>> 16) & 0xff, low, high);
  };
  return (updates, first, count) => {
    for (let frame = first; frame < first + count; frame += 1) put(updates, frame);
    return take();
  };
}

interface FrameObject {
  readonly levels: readonly {
    readonly market: number;
    readonly side: number;
    readonly priceE4: number;
    readonly sizeMicros: number;
    readonly mirror: boolean;
  }[];
  readonly frameSeq: number;
  readonly bestBidE4: number;
  readonly bestAskE4: number;
}

function frameObject(updates: Updates, frame: number): FrameObject {
  const market = updates.market[frame]!;
  const side = updates.side[frame]!;
  const priceE4 = updates.priceE4[frame]!;
  const sizeMicros = updates.sizeMicros[frame]!;
  return {
    levels: [
      { market, side, priceE4, sizeMicros, mirror: false },
      { market, side, priceE4, sizeMicros, mirror: true },
    ],
    frameSeq: frame,
    bestBidE4: updates.bestBidE4[frame]!,
    bestAskE4: updates.bestAskE4[frame]!,
  };
}

function foldObject(frame: FrameObject): number {
  let sum = (frame.frameSeq + (frame.bestBidE4 | (frame.bestAskE4 << 16))) | 0;
  for (const { market, side, priceE4, sizeMicros } of frame.levels) {
    sum = (sum + fold(market, priceE4, side, sizeMicros | 0, Math.floor(sizeMicros / WORD))) | 0;
  }
  return sum;
}

/** A queue of objects with a read index, emptied when it has been read: no shift() of a long array. */
function createArrayQueue(): HandOver {
  const queue: FrameObject[] = [];
  return (updates, first, count) => {
    for (let frame = first; frame < first + count; frame += 1) queue.push(frameObject(updates, frame));
    let sum = 0;
    for (const frame of queue) sum = (sum + foldObject(frame)) | 0;
    queue.length = 0;
    return sum;
  };
}

/** What worker threads offer by default, read without the event loop. */
function createMessageChannel(): HandOver {
  const { port1, port2 } = new MessageChannel();
  port1.unref();
  port2.unref();
  return (updates, first, count) => {
    for (let frame = first; frame < first + count; frame += 1) port1.postMessage(frameObject(updates, frame));
    let sum = 0;
    for (let read = 0; read < count; read += 1) {
      const received = receiveMessageOnPort(port2) as { readonly message: FrameObject } | undefined;
      if (received === undefined) throw new Error('a posted frame is missing');
      sum = (sum + foldObject(received.message)) | 0;
    }
    return sum;
  };
}

export function createRingSuite({ updates }: Workload): Suite {
  return {
    name: 'ring',
    operation: 'frame of 4 slots handed over',
    variants: [
      variant('dutchbook', updates, createRing()),
      variant('array queue', updates, createArrayQueue()),
      variant('MessageChannel', updates, createMessageChannel()),
    ],
  };
}
