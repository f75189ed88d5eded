// What calls each function marked HOT PATH for measurement `hot`, and which functions that is. A test finds the marked
// functions in the sources and fails for one that no driver covers and that is not named as cold with a reason.
import { Books } from '../engine/book/books.ts';
import { Breaker, type BreakerExports, NO_SLOT } from '../engine/breaker/breaker.ts';
import { LiveClock } from '../engine/core/clock.ts';
import { compileWasm, instantiate } from '../engine/detect/host.ts';
import { COPY_DUPLICATE, COPY_TAKE, Copies } from '../engine/ingest/copies.ts';
import { FrameTap } from '../engine/ingest/frame-tap.ts';
import { AgentWords } from '../engine/memory/agent-words.ts';
import { Counters } from '../engine/memory/counters.ts';
import { Histogram } from '../engine/memory/histogram.ts';
import { type RingExports, SpinThenPark } from '../engine/memory/idle.ts';
import { Ring } from '../engine/memory/ring.ts';
import * as L from '../wasm/layout.ts';
import { type Calls, createFrameCalls, createIntake, createReceiveCalls, createStepCalls } from './hot-frames.ts';
import {
  createArena,
  createDetector,
  createIngest,
  DETECT_AGENT,
  INGEST_AGENT,
  openThroughPath,
  SCAN_BYTES,
} from './rig.ts';
import type { Workload } from './workload.ts';

export interface HotDriver {
  readonly name: string;
  /** By file, the marked functions that every call runs through; `*` stands for all of a file, or of the files before it. */
  readonly covers: Readonly<Record<string, readonly string[]>>;
  readonly create: (workload: Workload) => Calls;
}

/** Marked functions that are not called per frame, and why they are left out. */
export const COLD: Readonly<Record<string, string>> = {
  'engine/ingest/frames.ts accept': 'replay only: hands recvNs on as acceptNow() does, through the same #accept()',
  'engine/ingest/frame-tap.ts note': 'once per lost connection and the like',
  'engine/ingest/frames.ts #refuseOversize': 'a refused frame',
  'engine/detect/detect.ts #takeTable': 'once per change of relations',
  'engine/ingest/copies.ts isAlone': 'a few times a second while a connection is replaced',
  'engine/ingest/copies.ts begin': 'once before a second connection is dialled',
  'engine/ingest/copies.ts end': 'once when of two connections one is left',
  'engine/ingest/copies.ts lacks': 'once per market that a second connection subscribes',
  'engine/ingest/copies.ts #begins': 'once per snapshot of a subscription',
  'engine/ingest/copies.ts #clear': 'once per whole book of two connections',
  'engine/ingest/copies.ts over': 'once per connection of two that ends',
  'engine/ingest/frames.ts takeKalshi': 'a message of Kalshi without levels, which the host has read with objects',
  'engine/ingest/feed-link.ts onMessage':
    'needs a socket; the drivers bring frames to the intake that it brings them to',
  'engine/ingest/feed-link.ts onMessageAt':
    'needs a socket; the drivers bring frames to the intake that it brings them to',
  'engine/ingest/ws-frames.ts wideLength': 'a message of 64 KiB or more',
  'engine/ingest/ws-receive.ts discard': 'once per connection, at its end',
  'engine/ingest/ws-receive.ts #settleLarge': 'a message larger than the headroom is on its way',
  'engine/ingest/ws-receive.ts #grow': 'a message larger than the slice',
  'engine/ingest/frames.ts #markNothing': 'replay only, for frames without changes',
  'engine/ingest/frames.ts #countRejected': 'a refused frame is read again by the host, which allocates',
  'engine/ingest/frames.ts #drop': 'a full ring: the host marks the markets of the frame',
  'engine/memory/ring.ts park': 'about to sleep',
  'engine/memory/ring.ts parkAsync': 'about to sleep',
  'engine/memory/ring.ts startAt': 'before the first use',
};

const ALL: readonly string[] = ['*'];

/** A frame that says nothing, and what ingest does between frames. */
function createIdleIngestCalls(workload: Workload): Calls {
  const intake = createIntake(createArena(workload, []), new LiveClock(), compileWasm());
  const pong = Buffer.from('PONG');
  return (calls) => {
    for (let call = 0; call < calls; call += 1) {
      const answer = intake.acceptNow(pong, L.VENUE_POLYMARKET, 0);
      if (answer !== L.DECODE_IGNORED || !intake.flushControls()) throw new Error(`PONG was answered ${answer}`);
      intake.countResync();
    }
    if (intake.frameSeq !== 0) throw new Error('PONG was counted as a frame');
  };
}

/** A detector's duty cycle around its work: beat, stop word, idle with and without a record waiting. */
function createDutyCalls(workload: Workload): Calls {
  const arena = createArena(workload, []);
  const words = new AgentWords(arena, DETECT_AGENT);
  const ring = new Ring(arena, arena.at(L.REGION_LEVEL_RINGS, 0));
  const idle = new SpinThenPark(ring, 1_000, instantiate<RingExports>(compileWasm(), arena, DETECT_AGENT));
  ring.claim(L.LEVEL_SLOTS);
  ring.publish();
  return (calls) => {
    for (let call = 0; call < calls; call += 1) {
      words.beat();
      if (words.stopRequested) throw new Error('nobody asked it to stop');
      idle.idle(call & 1);
    }
  };
}

/** The ring's two ends in TypeScript. */
function createRingCalls(workload: Workload): Calls {
  const arena = createArena(workload, []);
  const ring = new Ring(arena, arena.at(L.REGION_LEVEL_RINGS, 0));
  return (calls) => {
    for (let call = 0; call < calls; call += 1) {
      if (ring.free(2) < 2) throw new Error('the ring is full');
      ring.claim(L.LEVEL_SLOTS);
      ring.abandon();
      arena.bytes[ring.claim(L.LEVEL_SLOTS) + L.RECORD_KIND] = L.KIND_SET;
      ring.publish();
      const ready = ring.ready();
      if (ready !== 1 || ring.kindAt(0) !== L.KIND_SET || ring.slotAt(0) === 0) throw new Error('a record is missing');
      ring.release(ready);
      if (ring.occupancy() + ring.refused !== 0) throw new Error('the ring is not empty');
    }
  };
}

/** What the books are asked per decision, of one market after the other. */
function createBooksCalls(workload: Workload): Calls {
  const arena = createArena(workload, []);
  openThroughPath(workload, arena, createIngest(arena), createDetector(arena));
  const books = new Books(arena);
  let sum = 0;
  return (calls) => {
    for (let call = 0; call < calls; call += 1) {
      const market = call % workload.metas.length;
      sum = (sum + books.state(market) + books.epoch(market) + books.flags(market)) | 0;
      sum = (sum + books.bestBidE4(market) + books.bestAskE4(market) + books.stateName(market).length) | 0;
    }
    if (sum === 0) throw new Error('the books are empty');
  };
}

/** A frame handed to the recorder, whose ring is emptied after each; one before it was lost. */
function createTapCalls(workload: Workload): Calls {
  const arena = createArena(workload, [], SCAN_BYTES, 2 * SCAN_BYTES);
  const counters = new Counters(arena, INGEST_AGENT);
  const tap = new FrameTap(arena, counters);
  const ring = new Ring(arena, arena.at(L.REGION_RECORD_RINGS, 0));
  const { at } = arena.region(L.REGION_SCAN);
  const [frame] = workload.frames;
  arena.bytes.set(frame!, at);
  return (calls) => {
    const before = counters.get(L.COUNTER_RECORD_FRAMES);
    for (let call = 0; call < calls; call += 1) {
      tap.lose();
      tap.take(at + (call & L.TAP_ALIGN_MASK), frame!.length, L.VENUE_POLYMARKET, 0);
      const header = ring.slotAt(0);
      if (arena.u32[(header + L.TAP_LOST) >> 2] !== 1) throw new Error('a lost frame was not told');
      ring.release(ring.ready());
    }
    if (counters.get(L.COUNTER_RECORD_FRAMES) - before !== calls) throw new Error('a frame found no room');
  };
}

/** A frame that two connections bring, one after the other. */
function createCopiesCalls(workload: Workload): Calls {
  const arena = createArena(workload, []);
  const intake = createIntake(arena, new LiveClock(), compileWasm());
  const frame = Buffer.from(workload.frames[0]!);
  // Staged once: each call looks at its levels again.
  const slots = intake.acceptNow(frame, L.VENUE_POLYMARKET, 0);
  const copies = new Copies(arena);
  copies.begin(0);
  let count = 0;
  return (calls) => {
    for (let call = 0; call < calls; call += 1) {
      count = (count + 1) | 0;
      // Another frame in each call, whatever it says.
      for (let byte = 0; byte < 4; byte += 1) frame[frame.length - 1 - byte] = (count >> (8 * byte)) & 255;
      const first = copies.judge(frame, 0, frame.length, 0);
      if (!copies.isOn || first !== COPY_TAKE || copies.judgeStaged(slots) !== COPY_TAKE)
        throw new Error(`a first copy was judged ${first}`);
      if (copies.judge(frame, 0, frame.length, 1) !== COPY_DUPLICATE) throw new Error('a second copy was taken');
    }
  };
}

function createHistogramCalls(workload: Workload): Calls {
  const histogram = new Histogram(createArena(workload, []), DETECT_AGENT, L.STAGE_HOP);
  const values = Float64Array.from({ length: 1_024 }, (_, at) => at * at + 0.5);
  return (calls) => {
    for (let call = 0; call < calls; call += 1) histogram.recordAt(values, call & 1_023);
  };
}

/** Announce, re-read, retire. */
function createBreakerCalls(workload: Workload): Calls {
  const arena = createArena(workload, []);
  const wasm = instantiate<BreakerExports>(compileWasm(), arena, DETECT_AGENT);
  const breaker = new Breaker(arena, new LiveClock(), wasm);
  return (calls) => {
    for (let call = 1; call <= calls; call += 1) {
      if (breaker.announce(call) === NO_SLOT || breaker.isOpen() || !breaker.retire(call))
        throw new Error('a pass was refused');
    }
  };
}

function createClockCalls(): Calls {
  const clock = new LiveClock();
  const last = new Float64Array(1);
  return (calls) => {
    for (let call = 0; call < calls; call += 1) clock.stampNow(last, 0);
  };
}

export const HOT_DRIVERS: readonly HotDriver[] = [
  {
    name: 'frame, bytes to opportunity',
    covers: {
      'engine/ingest/frames.ts': ['acceptNow', 'stampRead', '#acceptCopy', '#accept', '#record', '#publish', '#stamp'],
      'engine/detect/detect.ts': ['doWork', '#drain', '#mayBeStamped', '#settle'],
      // One module without an allocator: what its marked functions could allocate is what its exports answer and take.
      'wasm/*': ALL,
    },
    create: (workload) => createFrameCalls(workload, false),
  },
  {
    name: 'frame in steps',
    covers: { 'engine/detect/detect.ts': ['stepFrame', '#stepFrames'] },
    create: createStepCalls,
  },
  {
    name: 'frame received, bytes in place',
    covers: {
      'engine/ingest/frames.ts': ['acceptAt'],
      'engine/ingest/ws-frames.ts': ['read', '#headFault', '#data'],
      'engine/ingest/ws-receive.ts': ['arrived', 'settle', '#placeInSlice', '#nowAt'],
    },
    create: createReceiveCalls,
  },
  {
    name: 'frame of two connections',
    covers: {
      'engine/ingest/copies.ts': [
        'judge',
        '#slotOf',
        'isOn',
        '#judgeSlot',
        '#meet',
        'judgeStaged',
        '#judgeMarket',
        '#aloneOf',
        '#isBeside',
      ],
    },
    create: createCopiesCalls,
  },
  {
    name: 'ingest between frames',
    covers: { 'engine/ingest/frames.ts': ['#settle', 'flushControls', 'countResync', 'frameSeq'] },
    create: createIdleIngestCalls,
  },
  {
    name: 'duty cycle of a detector',
    covers: { 'engine/memory/agent-words.ts': ['beat', 'stopRequested'], 'engine/memory/idle.ts': ['idle'] },
    create: createDutyCalls,
  },
  {
    name: 'ring in TypeScript',
    covers: {
      'engine/memory/ring.ts': [
        ...['free', 'claim', 'publish', 'abandon', 'refused', 'ready', 'slotAt', 'kindAt', 'release', 'occupancy'],
      ],
    },
    create: createRingCalls,
  },
  { name: 'books read', covers: { 'engine/book/books.ts': ALL }, create: createBooksCalls },
  { name: 'histogram', covers: { 'engine/memory/histogram.ts': ['recordAt'] }, create: createHistogramCalls },
  {
    name: 'breaker pass',
    covers: { 'engine/breaker/breaker.ts': ['isOpen', 'announce', 'retire'] },
    create: createBreakerCalls,
  },
  {
    name: 'recorder tap',
    covers: {
      'engine/ingest/frame-tap.ts': ['take', 'lose', '#copy', '#finish'],
      'engine/memory/ring.ts': ['claimRun'],
    },
    create: createTapCalls,
  },
  { name: 'clock', covers: { 'engine/core/clock.ts': ['stampNow'] }, create: createClockCalls },
];
