// A live feed with its verifier, over real sockets: the simulated venue playing the shipped recording with scripted faults,
// and the product's ingest, detector and verifier, each given its turns by one timer.
import { onTestFinished } from 'vitest';
import { Books } from '../../engine/book/books.ts';
import { configSchema } from '../../engine/config/schema.ts';
import { LiveClock } from '../../engine/core/clock.ts';
import { DetectAgent, type DetectExports } from '../../engine/detect/detect.ts';
import { instantiate } from '../../engine/detect/host.ts';
import type { DecodeExports } from '../../engine/ingest/frame-host.ts';
import { FrameIntake } from '../../engine/ingest/frames.ts';
import { IngestAgent } from '../../engine/ingest/ingest.ts';
import { Verifier, type VerifierOptions } from '../../engine/integrity/verifier.ts';
import { verifierIndex } from '../../engine/memory/agent-words.ts';
import { Counters, counterTotal } from '../../engine/memory/counters.ts';
import * as pipeline from '../../engine/pipeline.ts';
import { RecordingReader } from '../../engine/replay/recording.ts';
import { RECORD_TEXT } from '../../engine/replay/segment.ts';
import { askBooks } from '../../engine/threads/ask-books.ts';
import type { FeedFaultRule } from '../../engine/venue/sim/feed-faults.ts';
import type { TapeFrame } from '../../engine/venue/sim/tape.ts';
import { openVenue, type Venue } from '../../engine/venue/sim/venue.ts';

const TURN_MS = 1;
const TICK_EVERY_NS = 2e9;

export interface LiveRig {
  readonly venue: Venue;
  readonly books: Books;
  readonly arena: pipeline.Foundation['arena'];
  readonly foundation: pipeline.Foundation;
  readonly clock: LiveClock;
  readonly ingest: IngestAgent;
  /** States each book went through, equal ones in a row once. */
  readonly states: ReadonlyMap<number, readonly string[]>;
  /** Counter of the layout, over all agents. */
  count(id: number): number;
  /** Planted faults that fired, by kind. */
  fired(kind: FeedFaultRule['kind']): number;
  /** Markets that were ever SUSPECT. */
  suspects(): number[];
}

export interface LiveRigOptions {
  readonly faults?: readonly FeedFaultRule[];
  readonly speed?: number;
  /** The first market's tick changes now and then. */
  readonly retick?: boolean;
  readonly verifier?: Partial<VerifierOptions>;
  /** After every turn. */
  readonly onTurn?: (rig: LiveRig, nowNs: number) => void;
}

/** Frames of the recording; `retick`: that condition's tick changes back and forth every other second of it. */
function* framesOf(reader: RecordingReader, retick: string | undefined): Generator<TapeFrame> {
  let ticks = 0;
  while (reader.next()) {
    const { current } = reader;
    if (current.flags !== RECORD_TEXT || current.info.venue !== 'polymarket') continue;
    if (retick !== undefined && current.recvNs > (ticks + 1) * TICK_EVERY_NS) {
      ticks += 1;
      const tick = ticks % 2 === 0 ? '0.01' : '0.001';
      const event = { event_type: 'tick_size_change', market: retick, new_tick_size: tick, timestamp: '1' };
      yield { atNs: current.recvNs, bytes: Buffer.from(JSON.stringify(event)), venue: 'polymarket' };
    }
    yield { atNs: current.recvNs, bytes: current.message(), venue: 'polymarket' };
  }
  reader.close();
}

export async function openLiveRig(options: LiveRigOptions): Promise<LiveRig> {
  const config = configSchema.parse({});
  const reader = new RecordingReader('recordings/demo');
  const { markets, relations } = reader.manifest;
  const polymarket = markets.filter(({ venue }) => venue === 'polymarket');
  const first = polymarket[0]!.id;
  const retick = options.retick === true ? first.slice(first.indexOf(':') + 1) : undefined;
  const venue = await openVenue({
    ...{ markets: polymarket, relations, frames: framesOf(reader, retick), seed: 1, speed: options.speed ?? 4 },
    ...{ accounts: [], feedFaults: options.faults ?? [] },
  });
  const ids = new Set(polymarket.map(({ id }) => id));
  const own = relations.filter((relation) => relation.markets.every((id) => ids.has(id)));
  const foundation = pipeline.layFoundation(config, polymarket, own, 1);
  const { arena, module } = foundation;
  const clock = new LiveClock();
  const detect = new DetectAgent({
    ...pipeline.detectSettings(config, 'full'),
    ...{ arena, agentIndex: 1, clock, exports: instantiate<DetectExports>(module, arena, 1) },
  });
  const intake = new FrameIntake({
    ...{ arena, markets: foundation.markets, clock, policy: 'live', registerUnknown: false },
    ...{ exports: instantiate<DecodeExports>(module, arena, 0), counters: new Counters(arena, 0) },
  });
  const books = new Books(arena);
  const states = new Map<number, string[]>();
  const look = (): void => {
    while (detect.doWork(0) > 0);
    for (let market = 0; market < foundation.markets.count; market += 1) {
      const seen = states.get(market) ?? [];
      states.set(market, seen);
      const state = books.stateName(market);
      if (seen.at(-1) !== state) seen.push(state);
    }
  };
  const setup = pipeline.ingestSetup(config, polymarket, {
    marketUrl: venue.marketUrl,
    restUrl: undefined,
    feedToken: '',
    seed: 1,
  });
  const limits = { resyncAfterMs: 100, resyncEveryMs: 200 };
  const ingest = new IngestAgent({ ...setup, ...limits, feedServer: undefined }, intake, clock, look);
  const asker = askBooks(venue.restUrl, clock);
  const fast = { hashEveryMs: 20, probeAfterMs: 600_000, probeEveryMs: 50, silenceMs: 1_000 };
  const verifier = new Verifier(
    arena,
    verifierIndex(arena),
    { ...config.integrity, ...fast, ...options.verifier },
    asker.ask,
  );
  const rig: LiveRig = {
    ...{ venue, books, arena, foundation, clock, ingest, states },
    count: (id) => counterTotal(arena, id),
    fired: (kind) => venue.stats().faults[kind] ?? 0,
    suspects: () => [...states].filter(([, seen]) => seen.includes('SUSPECT')).map(([market]) => market),
  };
  const timer = setInterval(() => {
    const nowNs = clock.nowNs();
    ingest.doWork(nowNs);
    look();
    verifier.doWork(nowNs);
    options.onTurn?.(rig, nowNs);
  }, TURN_MS);
  onTestFinished(async () => {
    clearInterval(timer);
    await ingest.close();
    await asker.close();
    await venue.close();
  });
  await ingest.open();
  return rig;
}
