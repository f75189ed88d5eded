// The replay driver: a recording through the whole engine on recorded time, in either topology, to one state hash.
// Main thread.
import { Books } from '../book/books.ts';
import { knownMarkets } from '../config/known-markets.ts';
import { EXIT } from '../core/exit-codes.ts';
import { createStats } from '../execute/stats.ts';
import { BOOK_STATE_NAMES } from '../memory/counters.ts';
import type { Outcome, Replay, ReplayOptions, ReplayResult } from '../observe/driver.ts';
import type { EngineFacts } from '../observe/facts.ts';
import { layFoundation } from '../pipeline.ts';
import { readManifest } from './manifest.ts';
import { createReplayDesk, type ReplayDesk } from './replay-desk.ts';
import { replayInline } from './replay-inline.ts';
import type { Played, ReplaySession } from './replay-session.ts';
import { replayThreads } from './replay-threads.ts';
import { type HashedBooks, stateHash } from './state-hash.ts';

/** Runs a replay. Rejects with ManifestError, SegmentError or RangeError for what is unusable before it starts. */
export const replay: Replay = async (options: ReplayOptions): Promise<ReplayResult> => {
  const session = openSession(options);
  const played = options.topology === 'inline' ? await replayInline(session) : await replayThreads(session);
  const { arena } = session.foundation;
  session.desk?.finish();
  const outcome = outcomeOf(played, session.desk, options.stop.aborted);
  return { arena, facts: factsOf(session, played), outcome };
};

function openSession(options: ReplayOptions): ReplaySession {
  const manifest = readManifest(options.recording);
  const { config, configHash } = options;
  const { markets, relations } = knownMarkets(manifest, config);
  // A replay has no venue connections.
  const arena = { ...config.arena, receiveSlices: 0 };
  const foundation = layFoundation({ ...config, arena }, markets, relations, 1);
  const hasBaskets = foundation.baskets.length > 0;
  const desk = hasBaskets ? createReplayDesk(config, configHash, foundation, manifest.startWallMs) : undefined;
  // One filtered segment is enough: a gap in it proves nothing, so gaps prove nothing in the whole recording.
  const filtered = manifest.segments.some(({ seqScope }) => seqScope === 'marketFiltered');
  const frames = manifest.segments.reduce((sum, segment) => sum + segment.frames, 0);
  return { options, foundation, desk, frames, seqScope: filtered ? 'marketFiltered' : 'full' };
}

function outcomeOf(played: Played, desk: ReplayDesk | undefined, stopped: boolean): Outcome {
  if (played.exitCode !== EXIT.ok) return { exitCode: played.exitCode, failure: played.failure };
  if (played.damage.length > 0) return { exitCode: EXIT.checkFailed, failure: played.damage.join('; ') };
  const { framesMissing } = played.watched;
  // What a stopped replay did not reach proves nothing about the recording.
  if (framesMissing.length > 0 && !stopped) {
    return { exitCode: EXIT.checkFailed, failure: `frames not in the recording: ${framesMissing.join(', ')}` };
  }
  const difference = desk?.ledgerDifference() ?? '';
  return difference === ''
    ? { exitCode: EXIT.ok, failure: '' }
    : { exitCode: EXIT.checkFailed, failure: `ledger and venue differ: ${difference}` };
}

function factsOf(session: ReplaySession, played: Played): EngineFacts {
  const { foundation, desk, options } = session;
  const books = new Books(foundation.arena);
  const hashed: HashedBooks = {
    canonicalSide: (marketIndex, side) => books.canonicalSide(marketIndex, side === 0 ? 0 : 1),
    state: (marketIndex) => books.state(marketIndex),
    stateName: (marketIndex) => BOOK_STATE_NAMES[books.state(marketIndex)] ?? 'UNKNOWN',
    epoch: (marketIndex) => books.epoch(marketIndex),
  };
  foundation.markets.refresh();
  const hash = stateHash(hashed, foundation.markets, desk?.opportunities() ?? [], desk?.columns() ?? {});
  const difference = desk?.ledgerDifference() ?? '';
  return {
    topology: options.topology,
    ...{ transport: 'none', transportReason: '' },
    ...{
      money: desk?.money() ?? NO_MONEY,
      orders: desk?.orders() ?? NO_ORDERS,
      breaker: desk?.breaker() ?? NO_BREAKER,
    },
    sockets: { bytesReceived: 0, bytesSent: 0, reconnects: 0, feedServer: undefined },
    shutdownMs: 0,
    venueLedgerEqual: desk === undefined ? undefined : difference === '',
    venueLedgerDifference: difference,
    ...{ stateHash: hash, bookChain: played.watched.bookChain },
  };
}

const NO_MONEY = { cashMicros: 0, feesMicros: 0, realisedMicros: 0, lockedMicros: 0, openMicros: 0, pnlMicros: 0 };
const NO_ORDERS = {
  ...{ decisionsOnWrongBook: { top: 0, depth: 0 }, executor: createStats(), exposures: [] },
  ...{ batchesSent: 0, ordersSent: 0, fills: 0, misses: 0, unwinds: 0, unwindCostMicros: 0, unknownOutcomes: 0 },
  refusedByCause: {},
};
const NO_BREAKER = { open: false, trips: 0, causes: [] };
