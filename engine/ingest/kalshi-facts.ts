// What the Kalshi feed tells of itself: how its connections stand and what happened to them. Plain numbers that travel
// between threads; made a few times a second.
import type { CutReason } from './care.ts';
import type { ConnectionFacts } from './feed-facts.ts';
import type { KalshiFeed } from './kalshi-feed.ts';
import type { KalshiRestCounts } from './kalshi-rest.ts';

export interface KalshiConnectionFacts extends ConnectionFacts {
  readonly markets: number;
  /** Subscriptions that stand on it, as the venue numbers them. */
  readonly sids: readonly number[];
}

export interface KalshiFeedFacts {
  readonly connections: readonly KalshiConnectionFacts[];
  readonly streaming: number;
  /** Asked for by REST because the stream is lost: degraded. */
  readonly polling: number;
  /** Neither streamed nor asked for. */
  readonly down: number;
  readonly markets: number;
  readonly dials: number;
  readonly opens: number;
  readonly closes: number;
  /** Times a connection streamed no more, and times it did again. */
  readonly degraded: number;
  readonly recovered: number;
  /** Connections given up because their books did not come back, or the venue did not serve them. */
  readonly resyncs: number;
  /** Those that another took the place of while they were open, and those dialled for that in vain. */
  readonly replaced: number;
  readonly replacementsFailed: number;
  readonly cuts: Readonly<Record<CutReason, number>>;
  /** Snapshots asked for, by market, and those that did not come in time. */
  readonly snapshotsAsked: number;
  readonly snapshotsUnanswered: number;
  /** Frames the decoder refused, each of which made the books of its connection STALE. */
  readonly rejected: number;
  /** Changes of markets for which another connection was dialled, because too many commands had no answer. */
  readonly commandsOverflowed: number;
  /** Error answers to our commands, by the venue's code. */
  readonly errors: Readonly<Record<string, number>>;
  /** Undefined: nothing is asked for by REST. */
  readonly rest: Readonly<KalshiRestCounts> | undefined;
}

/** What can only grow, whichever connections stand. */
export type KalshiTotals = Omit<KalshiFeedFacts, 'connections' | 'streaming' | 'polling' | 'down' | 'markets' | 'rest'>;

const NO_CUTS: Readonly<Record<CutReason, number>> = {
  ...{ halfOpen: 0, idle: 0, openTimeout: 0, unconfirmed: 0, refuted: 0 },
};

/** Facts of the connections that stand, `feeds`; `totals`: of these and of all others that there were. */
export function kalshiFeedFacts(
  feeds: readonly KalshiFeed[],
  totals: KalshiTotals,
  rest: Readonly<KalshiRestCounts> | undefined,
): KalshiFeedFacts {
  const connections = feeds.map(({ connection, care, lastClose, tickers, session }): KalshiConnectionFacts => {
    const { mode, failures, hasEnded } = care;
    return { connection, mode, failures, hasEnded, lastClose, markets: tickers.length, sids: session.sids };
  });
  const inMode = (wanted: ConnectionFacts['mode']): number => connections.filter(({ mode }) => mode === wanted).length;
  return {
    ...totals,
    ...{ connections, streaming: inMode('stream'), polling: inMode('poll'), down: inMode('down') },
    markets: connections.reduce((total, { markets }) => total + markets, 0),
    rest: rest === undefined ? undefined : { ...rest },
  };
}

/** What has happened to `feeds`, and to others before them. */
export function kalshiTotals(feeds: readonly KalshiFeed[], before?: KalshiTotals): KalshiTotals {
  const cuts: Record<CutReason, number> = { ...NO_CUTS, ...before?.cuts };
  const errors: Record<string, number> = { ...before?.errors };
  for (const { care, session } of feeds) {
    add(cuts, care.counts.cuts);
    add(errors, session.errors);
  }
  const sum = (name: Exclude<keyof KalshiTotals, 'cuts' | 'errors'>, of: (feed: KalshiFeed) => number): number =>
    feeds.reduce((total, feed) => total + of(feed), before?.[name] ?? 0);
  return {
    ...{ cuts, errors },
    dials: sum('dials', ({ care }) => care.counts.dials),
    opens: sum('opens', ({ care }) => care.counts.opens),
    closes: sum('closes', ({ care }) => care.counts.closes),
    degraded: sum('degraded', ({ care }) => care.counts.degraded),
    recovered: sum('recovered', ({ care }) => care.counts.recovered),
    resyncs: sum('resyncs', ({ resyncs }) => resyncs),
    replaced: sum('replaced', ({ counts }) => counts.replaced),
    replacementsFailed: sum('replacementsFailed', ({ counts }) => counts.replacementsFailed),
    snapshotsAsked: sum('snapshotsAsked', ({ session }) => session.snapshotsAsked),
    snapshotsUnanswered: sum('snapshotsUnanswered', ({ snapshots }) => snapshots.unanswered),
    commandsOverflowed: sum('commandsOverflowed', ({ session }) => session.overflowed),
    rejected: sum('rejected', ({ rejected }) => rejected),
  };
}

function add(sums: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [key, value] of Object.entries(more)) sums[key] = (sums[key] ?? 0) + value;
}
