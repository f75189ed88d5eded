// The table of contents: builds every stage in message order. A frame goes from 1 to 8; nothing else is decided here.
// Imports stand in message order too.
import { Arena } from './memory/arena.ts'; //            0  the one memory, its markets and baskets
import { withBuilderFee } from './venue/fees.ts';
import { MarketFacts } from './venue/market-facts.ts';
import { Markets, tokensOf } from './venue/markets.ts';
import { type Basket, type Compiled, compileRelations } from './basket/compile.ts';
import { shardMarkets } from './basket/shard.ts';
import { writeBaskets } from './basket/table.ts';
import { compileWasm, instantiate } from './detect/host.ts';
import type { BookRestSetup } from './ingest/book-rest.ts';
import { type IngestSetup, KALSHI_CONNECTION_FIRST, PUSHED_CONNECTION_FIRST } from './ingest/ingest-setup.ts'; //  1  sockets in
import type { KalshiFeedSetup } from './ingest/kalshi-contract.ts';
import type { KalshiRestSetup } from './ingest/kalshi-rest.ts';
import { RESYNC_DEFAULTS } from './ingest/resync.ts';
import { SNAPSHOT_TIMES } from './ingest/snapshot-watch.ts';
import { planConnections } from './venue/polymarket/feed.ts';
import type { IngestTask } from './threads/ingest-worker.ts'; //  2  decode, 3 level rings
import type { DetectSettings, DetectTask } from './threads/detect-worker.ts'; //  4  books, 5 detection, opportunity rings
import type { VerifyTask } from './threads/verify-worker.ts';
import { Breaker, type BreakerExports } from './breaker/breaker.ts'; //       6  gate
import type { BreakerLimits } from './breaker/limits.ts';
import { Executor } from './execute/execute.ts'; //      7  execute, outcomes, unwind
import type { OrderCaps } from './execute/capped-gateway.ts';
import type { ExecuteOptions } from './execute/options.ts';
import type { Opportunity } from './execute/take.ts';
import type { Journal } from './ledger/journal.ts'; //        8  journal, ledger
import type { LifeRecord } from './ledger/records.ts';
import type { JournalState } from './ledger/state.ts';
import type { Clock } from './core/clock.ts';
import { careOptions } from './config/care.ts';
import type { Config } from './config/schema.ts';
import { arenaPlan } from './config/plan.ts';
import type { AskBooks, MarketMeta, Relation, TradingVenue, VenueName } from './venue/contract.ts';
import { type Drill, NO_DRILL } from './threads/drill.ts';

/** What every thread is handed: the one memory, still empty, and the module. */
export interface EngineMemory {
  readonly arena: Arena;
  readonly module: WebAssembly.Module;
}

/** What stands before the first frame: memory, markets, baskets, module. */
export interface Foundation extends EngineMemory {
  readonly markets: Markets;
  readonly metas: readonly MarketMeta[];
  /** Of these, and of markets that come later. */
  readonly facts: MarketFacts;
  readonly baskets: readonly Basket[];
  /** What the relations came to besides. */
  readonly compiled: Compiled;
}

/** 0. The memory for `detectors` detectors. */
export function createMemory(config: Config, detectors: number): EngineMemory {
  return { arena: Arena.create(arenaPlan(config, detectors)), module: compileWasm() };
}

/** 0. Fills the memory: registers the markets each with its detector, compiles and writes the baskets. */
export function layFoundation(
  config: Config,
  known: readonly MarketMeta[],
  relations: readonly Relation[],
  detectors: number,
  memory: EngineMemory = createMemory(config, detectors),
): Foundation {
  const metas = withBuilderFee(known, config.venues.polymarket.builderFeeBps);
  const { arena, module } = memory;
  const { basketsPerGroupMax } = config.detect;
  const compiled = compileRelations(relations, { metas, basketsPerGroupMax, room: config.arena });
  const { baskets } = compiled;
  const markets = new Markets(arena);
  const ids = metas.map(({ id }) => id);
  const shards = shardMarkets(ids, baskets, detectors);
  for (const meta of metas) markets.register(meta, shards.get(meta.id));
  writeBaskets(arena, markets, baskets);
  const facts = new MarketFacts();
  facts.learn(metas, (id) => markets.indexOf(id));
  return { arena, markets, metas, facts, baskets, compiled, module };
}

/** Where ingest dials to and what it serves; connection numbers are given here. */
export interface IngestPlace {
  /** Polymarket's market channel; undefined: it is not opened. */
  readonly marketUrl: string | undefined;
  /** Where books are asked for when the stream does not serve; undefined: nowhere. */
  readonly restUrl: string | undefined;
  readonly feedToken: string;
  readonly seed: number;
  /** Kalshi's feed with the key that signs its handshakes; undefined: it is not opened. */
  readonly kalshi?:
    | (Pick<KalshiFeedSetup, 'url' | 'keyId' | 'privateKeyPem' | 'handshakes'> & KalshiRestPlace)
    | undefined;
}

/** Where Kalshi's books are asked for while its stream is lost; undefined: nowhere. */
interface KalshiRestPlace {
  readonly restUrl: string | undefined;
}

/** An answer has at most 500 books; one that is lost is asked for by the next round. */
const BOOK_REST = {
  warmPath: '/time',
  answerBytesMax: 33_554_432,
  attemptsMax: 2,
  retryMs: 500,
  connectMs: 5_000,
} as const;

/**
 * 1. Sockets in: the outbound connections with the tokens of each, and the feed server. Throws RangeError when Polymarket's
 * markets need more connections than there are numbers before Kalshi's.
 */
export function ingestSetup(config: Config, metas: readonly MarketMeta[], place: IngestPlace): IngestSetup {
  const { ingest, arena } = config;
  const { feedServer, assetsPerConnection } = ingest;
  const polymarket = metas.filter(({ venue }) => venue === 'polymarket');
  const setup = place.marketUrl === undefined ? undefined : outboundSetup(config, place.marketUrl, place.restUrl);
  const plan = setup === undefined ? [] : planConnections(polymarket.map(tokensOf), assetsPerConnection);
  if (plan.length > KALSHI_CONNECTION_FIRST) {
    const needs = `${polymarket.length} markets of Polymarket need ${plan.length} connections, of which there are`;
    const allowed = `allowed ${assetsPerConnection + 1}..500 here`;
    throw new RangeError(
      `ingest.assetsPerConnection: ${assetsPerConnection}, ${allowed}: ${needs} ${KALSHI_CONNECTION_FIRST}`,
    );
  }
  const outbound = plan.map((tokens, connection) => ({ ...setup!, tokens, connection }));
  const { host, port, connectionsMax, framesPerSecondMax } = feedServer;
  const server = {
    ...{ host, port, connectionsMax, framesPerSecondMax, transport: ingest.transport, token: place.feedToken },
    ...{ maxFrameBytes: arena.scanBytes, firstConnection: PUSHED_CONNECTION_FIRST },
  };
  const further = setup === undefined ? undefined : { setup, assetsPerConnection };
  const books = place.restUrl === undefined ? undefined : bookRestSetup(config, place.restUrl);
  const kalshiPlace = kalshiPlaceOf(config, metas, place);
  const { restUrl: kalshiUrl } = place.kalshi ?? {};
  const kalshiRest = kalshiUrl === undefined ? undefined : kalshiRestSetup(config, kalshiUrl);
  const feeds = { outbound, further, books, kalshiPlace, kalshiRest };
  return { ...feeds, feedServer: feedServer.enabled ? server : undefined, seed: place.seed };
}

function outboundSetup({ ingest, arena, venues }: Config, url: string, restUrl: string | undefined) {
  const { copies, firstBookMs, userAgent } = ingest;
  return {
    ...{ url, transport: ingest.dialTransport, userAgent, maxFrameBytes: arena.scanBytes },
    care: { ...careOptions(ingest.care), canPoll: restUrl !== undefined },
    ...{ copies, customEvents: venues.polymarket.customEvents, firstBookMs },
  };
}

function kalshiPlaceOf({ ingest, arena }: Config, metas: readonly MarketMeta[], { kalshi: place }: IngestPlace) {
  if (place === undefined) return undefined;
  const { restUrl, ...kalshi } = place;
  const { care, firstBookMs, dialTransport: transport } = ingest;
  return {
    tickers: metas.filter(({ venue }) => venue === 'kalshi').map(({ yesToken }) => yesToken),
    setup: {
      ...{ ...kalshi, transport, maxFrameBytes: arena.scanBytes },
      // Quiet is normal there: what proves its books are snapshots that are asked for.
      care: { ...careOptions(care), idleMs: 0, canPoll: restUrl !== undefined },
      ...{ snapshots: SNAPSHOT_TIMES, resync: { ...RESYNC_DEFAULTS, firstBookMs } },
    },
  };
}

/** The venue takes fewer requests than Polymarket's, and discovery asks it too. */
function kalshiRestSetup({ ingest, venues }: Config, url: string): KalshiRestSetup {
  const { pollMs, tokensPerRequest: booksPerRequest, connections, deadlineMs } = ingest.poll;
  const requestsPerSecond = Math.min(ingest.poll.requestsPerSecond, venues.kalshi.rest.requestsPerSecond);
  const rest = { url, userAgent: ingest.userAgent, requestsPerSecond, connections, deadlineMs };
  return { pollMs, booksPerRequest, rest: { ...rest, ...BOOK_REST, warmPath: '/exchange/status' } };
}

function bookRestSetup({ ingest }: Config, url: string): BookRestSetup {
  const { requestsPerSecond, connections, deadlineMs, ...same } = ingest.poll;
  const rest = { url, userAgent: ingest.userAgent, requestsPerSecond, connections, deadlineMs, ...BOOK_REST };
  return { ...same, assetIdleMs: ingest.assetIdleMs, rest };
}

/** 2, 3. Decode and publish, on the thread of the sockets. */
export function ingestTask(config: Config, setup: IngestSetup, drill: Drill = NO_DRILL): IngestTask {
  return { setup, registerUnknown: false, warmUpFrames: config.warmUpFrames, drill };
}

/** 4, 5. What every detector is told. */
export function detectSettings(config: Config, seqScope: DetectSettings['seqScope']): DetectSettings {
  const { edgeMicrosMin, edgeBpsMin } = config.detect;
  // 1 bps of a payout of 1 dollar is 1 E4.
  return { seqScope, minEdgeMicros: edgeMicrosMin, minEdgePerUnitE4: edgeBpsMin };
}

/** 4, 5. One task per detector: books, baskets, opportunities. */
export function detectTasks(
  config: Config,
  detectors: number,
  spins: number,
  seqScope: DetectSettings['seqScope'],
  drill: Drill = NO_DRILL,
): DetectTask[] {
  const settings = detectSettings(config, seqScope);
  return Array.from({ length: detectors }, (_, index) => ({
    ...{ agentIndex: index + 1, settings, spins, warmUpFrames: config.warmUpFrames, drill },
  }));
}

/** 4. What the verifier beside a run is told; undefined: it is switched off, or there is nobody for it to ask. */
export function verifyTask({ integrity }: Config, restUrl: string | undefined): VerifyTask | undefined {
  return integrity.live && restUrl !== undefined ? { options: integrity, restUrl } : undefined;
}

/** What the executor's side needs from outside. */
export interface ExecutionPlace {
  readonly clock: Clock;
  /** Where orders go; markets of other venues are followed and not traded. */
  readonly venues: readonly TradingVenue[];
  /** What each venue is sent at most. */
  readonly caps: Readonly<Record<VenueName, OrderCaps>>;
  readonly journal: Journal;
  /** What earlier runs left in it; absent: nothing. */
  readonly before?: JournalState | undefined;
  readonly limits: BreakerLimits;
  readonly options: ExecuteOptions;
  /** Shares still to be had, where the books do not show what our fills took. */
  readonly leftMicros?: (marketIndex: number, action: number, limitE4: number) => number;
  /** Reads old legs again before they are sent; absent: they are sent as they are. */
  readonly askBooks?: AskBooks | undefined;
  /** Told of every opportunity the executor takes up. */
  readonly onOpportunity?: (opportunity: Opportunity) => void;
  /** An opportunity that comes back within so long is the same one. */
  readonly flickerNs: number;
  /** Told of every life of an opportunity. */
  readonly onLife?: (life: LifeRecord) => void;
}

/** What each venue is sent at most, by whoever sends. */
export function orderCapsOf({ venues }: Config): Readonly<Record<VenueName, OrderCaps>> {
  return { polymarket: venues.polymarket.orders, kalshi: venues.kalshi.orders };
}

/** 6, 7, 8. Breaker and gate, executor, ledger and journal, on the main thread. */
export function buildExecution(
  foundation: Foundation,
  place: ExecutionPlace,
): { breaker: Breaker; executor: Executor } {
  const { arena, markets, facts, module } = foundation;
  const agentIndex = arena.detectors + 1;
  const breaker = new Breaker(arena, place.clock, instantiate<BreakerExports>(module, arena, agentIndex));
  const executor = new Executor({
    ...place,
    ...{ arena, agentIndex, breaker, markets },
    feeOf: (market) => facts.feeOf(market),
    lives: { flickerNs: place.flickerNs, endMsOf: (market) => facts.endMsOf(market), onLife: place.onLife },
    eventOf: (market) => facts.eventOf(market),
  });
  return { breaker, executor };
}
