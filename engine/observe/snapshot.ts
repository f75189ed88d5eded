// Reads the arena's counters, histograms and books into the report that every run over frames gives. Read only; main
// thread, off the hot path.
import * as L from '../../wasm/layout.ts';
import type { Arena } from '../memory/arena.ts';
import { checksOff } from '../memory/checks.ts';
import { BOOK_STATE_NAMES, COUNTER_NAMES, counterTotal, REJECT_NAMES, STAGE_NAMES } from '../memory/counters.ts';
import { type LatencyNs, latencyOf } from '../memory/histogram.ts';
import type { EngineFacts } from './facts.ts';
import { type EngineReport, type LatencyReport, REPORT_SCHEMA, type ThreadReport } from './report-schema.ts';

/** What only the command knows. */
export interface RunEnd {
  readonly command: EngineReport['command'];
  readonly version: string;
  readonly configHash: string;
  readonly ended: EngineReport['ended'];
  readonly exitCode: number;
  readonly failure: string;
  readonly durationMs: number;
}

/** Name of agent `index`: ingest, detect0.., execute, record, verify. */
export function roleOf(index: number, detectors: number): string {
  if (index === 0) return 'ingest';
  if (index <= detectors) return `detect${index - 1}`;
  return ['execute', 'record'][index - detectors - 1] ?? 'verify';
}

/** Thread id and CPU time of every agent that has run. */
export function threadsOf(arena: Arena): ThreadReport[] {
  const { count } = arena.region(L.REGION_AGENTS);
  const threads: ThreadReport[] = [];
  for (let index = 0; index < count; index += 1) {
    const at = arena.at(L.REGION_AGENTS, index);
    const threadId = arena.u32[(at + L.AGENT_THREAD_ID) >> 2]!;
    const cpuMicros = Math.round(arena.f64[(at + L.AGENT_CPU_MICROS) >> 3]!);
    if (threadId !== 0) threads.push({ role: roleOf(index, arena.detectors), threadId, cpuMicros });
  }
  return threads;
}

/** Registered markets by the state of their book; every state is named. */
export function booksByState(arena: Arena): Record<string, number> {
  const books = Object.fromEntries(BOOK_STATE_NAMES.map((name) => [name, 0]));
  const { count } = arena.region(L.REGION_MARKETS);
  for (let market = 0; market < count; market += 1) {
    const flags = arena.u32[(arena.at(L.REGION_MARKETS, market) + L.MARKET_FLAGS) >> 2]!;
    if ((flags & L.MARKET_FLAG_REGISTERED) === 0) continue;
    const state = arena.u32[(arena.at(L.REGION_BOOKS, market) + L.BOOK_STATE) >> 2]!;
    const name = BOOK_STATE_NAMES[state] ?? 'UNKNOWN';
    books[name] = (books[name] ?? 0) + 1;
  }
  return books;
}

/** Rejected frames by cause; causes that did not occur are left out. */
export function rejectedByCause(arena: Arena): Record<string, number> {
  const causes: Record<string, number> = {};
  for (let code = 0; code < L.REJECT_COUNT; code += 1) {
    const rejected = counterTotal(arena, L.COUNTER_REJECT_FIRST + code);
    if (rejected > 0) causes[REJECT_NAMES[code] ?? `reject${code}`] = rejected;
  }
  return causes;
}

function latencyReport(latency: LatencyNs): LatencyReport {
  // A bucket's top may lie above the largest value in it.
  const capped = (ns: number): number => Math.min(ns, latency.max);
  return { p50: capped(latency.p50), p99: capped(latency.p99), p999: capped(latency.p999), max: latency.max };
}

function latencyByStage(arena: Arena): EngineReport['latencyNsByStage'] {
  const stages: Record<string, LatencyReport & { count: number }> = {};
  for (const [stage, name] of STAGE_NAMES.entries()) {
    const latency = latencyOf(arena, stage);
    if (latency.count > 0) stages[name] = { count: latency.count, ...latencyReport(latency) };
  }
  return stages;
}

function pnlReport({ pnl }: EngineFacts): Pick<EngineReport, 'pnlByBasket' | 'pnlByDay' | 'basketsLeftOut'> {
  const { baskets = [], days = [], basketsLeftOut = 0 } = pnl ?? {};
  return { pnlByBasket: baskets, pnlByDay: days, basketsLeftOut };
}

/** Builds the report of a run that is over, or of one that goes on. */
export function engineReport(arena: Arena, facts: EngineFacts, end: RunEnd): EngineReport {
  const total = (id: number): number => counterTotal(arena, id);
  return {
    schema: REPORT_SCHEMA,
    ...end,
    shutdownMs: facts.shutdownMs,
    node: process.versions.node,
    topology: facts.topology,
    threads: threadsOf(arena),
    ...{ transport: facts.transport, transportReason: facts.transportReason },
    socketBytesReceived: facts.sockets.bytesReceived,
    socketBytesSent: facts.sockets.bytesSent,
    reconnects: facts.sockets.reconnects,
    ...{ feedServer: facts.sockets.feedServer ?? null, marketNews: facts.sockets.news ?? null },
    ...{ marketFeed: facts.sockets.market ?? null, kalshiFeed: facts.sockets.kalshi ?? null },
    framesReceived: total(L.COUNTER_FRAMES_RECEIVED),
    framesDecoded: total(L.COUNTER_FRAMES_DECODED),
    framesApplied: total(L.COUNTER_FRAMES_APPLIED),
    framesRejected: total(L.COUNTER_FRAMES_REJECTED),
    framesUnknown: total(L.COUNTER_FRAMES_UNKNOWN),
    framesControl: total(L.COUNTER_FRAMES_CONTROL),
    framesDropped: total(L.COUNTER_FRAMES_DROPPED),
    framesDuplicate: total(L.COUNTER_FRAMES_DUPLICATE),
    framesStale: total(L.COUNTER_FRAMES_STALE),
    frameBytes: total(L.COUNTER_BYTES_RECEIVED),
    decoderFallbacks: total(L.COUNTER_DECODER_FALLBACKS),
    rejectedByCause: rejectedByCause(arena),
    ...bookCounters(total),
    counters: Object.fromEntries(COUNTER_NAMES.map(([name, id]) => [name, total(id)])),
    books: facts.booksByState ?? booksByState(arena),
    checksOff: checksOff(arena),
    ...{ phantoms: total(L.COUNTER_PHANTOMS), naiveTrades: total(L.COUNTER_NAIVE_TRADES) },
    basketsEvaluated: total(L.COUNTER_BASKETS_EVALUATED),
    basketsFeeUnknown: total(L.COUNTER_BASKETS_FEE_UNKNOWN),
    opportunities: total(L.COUNTER_OPPORTUNITIES),
    opportunitiesDropped: total(L.COUNTER_OPPORTUNITIES_DROPPED),
    ...facts.orders,
    ...{ ...facts.money, ...pnlReport(facts) },
    venueLedgerEqual: facts.venueLedgerEqual ?? null,
    venueLedgerDifference: facts.venueLedgerDifference,
    ...{ lives: facts.lives ?? null, relations: facts.relations ?? null, reloads: facts.reloads ?? null },
    ...{ journal: facts.journal ?? null, breaker: facts.breaker },
    latencyNs: latencyReport(latencyOf(arena, L.STAGE_FRAME)),
    latencyNsByStage: latencyByStage(arena),
    stateHash: facts.stateHash ?? null,
    booksHash: facts.booksHash ?? null,
    bookChain: facts.bookChain ?? null,
    recorder: facts.recorder ?? null,
  };
}

function bookCounters(total: (id: number) => number) {
  return {
    levelsApplied: total(L.COUNTER_LEVELS_APPLIED),
    levelsMirrored: total(L.COUNTER_LEVELS_MIRRORED),
    levelsBeforeSnapshot: total(L.COUNTER_LEVELS_BEFORE_SNAPSHOT),
    levelsBelowZero: total(L.COUNTER_LEVELS_BELOW_ZERO),
    snapshots: total(L.COUNTER_SNAPSHOTS),
    trades: total(L.COUNTER_TRADES),
    tickChanges: total(L.COUNTER_TICK_CHANGES),
    topOk: total(L.COUNTER_TOP_OK),
    topMismatched: total(L.COUNTER_TOP_MISMATCHED),
    mirrorOk: total(L.COUNTER_MIRROR_OK),
    mirrorMismatched: total(L.COUNTER_MIRROR_MISMATCHED),
    seqGaps: total(L.COUNTER_SEQ_GAPS),
    seqStepBacks: total(L.COUNTER_SEQ_STEP_BACKS),
    recordsInvalid: total(L.COUNTER_RECORDS_INVALID),
  };
}
