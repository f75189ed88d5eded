// The replay driver: a recording through the whole engine on recorded time, in either topology, to one state hash.
// Main thread.
import { knownMarkets } from '../config/known-markets.ts';
import { withoutSockets } from '../config/plan.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { Outcome, Replay, ReplayOptions, ReplayResult } from '../observe/driver.ts';
import { NO_BREAKER, NO_MONEY, NO_ORDERS } from '../observe/execution-facts.ts';
import type { EngineFacts } from '../observe/facts.ts';
import { layFoundation } from '../pipeline.ts';
import { readManifest } from './manifest.ts';
import { createReplayDesk, type ReplayDesk } from './replay-desk.ts';
import { replayInline } from './replay-inline.ts';
import type { Played, ReplaySession } from './replay-session.ts';
import { replayThreads } from './replay-threads.ts';
import { booksHash, hashedBooks, stateHash } from './state-hash.ts';

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
  const foundation = layFoundation(withoutSockets(config), markets, relations, 1);
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
  const { arena } = foundation;
  foundation.markets.refresh();
  const hash = stateHash(hashedBooks(arena), foundation.markets, desk?.opportunities() ?? [], desk?.columns() ?? {});
  const difference = desk?.ledgerDifference() ?? '';
  return {
    topology: options.topology,
    ...{ transport: 'none', transportReason: '' },
    ...{
      money: desk?.money() ?? NO_MONEY,
      pnl: desk?.pnl(),
      orders: desk?.orders() ?? NO_ORDERS,
      breaker: desk?.breaker() ?? NO_BREAKER,
    },
    sockets: { bytesReceived: 0, bytesSent: 0, reconnects: 0, feedServer: undefined },
    shutdownMs: 0,
    venueLedgerEqual: desk === undefined ? undefined : difference === '',
    venueLedgerDifference: difference,
    ...{ stateHash: hash, booksHash: booksHash(arena, foundation.markets), bookChain: played.watched.bookChain },
    recorder: undefined,
    lives: desk?.lives() ?? [],
  };
}
