// The status of a run while it goes on: one line that is rewritten on a terminal, plain lines otherwise. Reads the
// arena and a snapshot of facts; main thread, a few times a second.

import * as L from '../../wasm/layout.ts';
import type { MarketFeedFacts } from '../ingest/feed-facts.ts';
import type { KalshiFeedFacts } from '../ingest/kalshi-facts.ts';
import type { Arena } from '../memory/arena.ts';
import { counterTotal } from '../memory/counters.ts';
import { latencyOf } from '../memory/histogram.ts';
import { breakerText } from './execution-facts.ts';
import type { EngineFacts, RecorderFacts, ReloadFacts } from './facts.ts';
import { kalshiModeText } from './kalshi-text.ts';
import { booksByState } from './snapshot.ts';
import { bytesText, countText, entriesText, nsText, rateText, signedMoneyText } from './text.ts';

/** Where lines go: a stream and what it can do. */
export interface Terminal {
  write(text: string): void;
  readonly isTty: boolean;
  readonly columns: number;
}

/** The parts of one status line; most important first, since a narrow terminal cuts the end. */
export function statusText(arena: Arena, facts: EngineFacts, framesPerSecond: number): string {
  const latency = latencyOf(arena, L.STAGE_FRAME);
  const { breaker, orders } = facts;
  const parts = [
    rateText(framesPerSecond),
    `books ${entriesText(booksByState(arena), 'none')}`,
    `opportunities ${countText(counterTotal(arena, L.COUNTER_OPPORTUNITIES))}`,
    `orders ${countText(orders.ordersSent)} fills ${countText(orders.fills)} misses ${countText(orders.misses)}`,
    `P&L ${signedMoneyText(facts.money.pnlMicros)}`,
    ...feedParts(facts.sockets.market),
    ...kalshiParts(facts.sockets.kalshi, counterTotal(arena, L.COUNTER_SEQ_GAPS)),
    ...reloadParts(facts.reloads),
    `breaker ${breakerText(breaker)}${breaker.state === 'closed' ? '' : ` (${breaker.causes.join(', ')})`}`,
    `p50 ${nsText(Math.min(latency.p50, latency.max))} p99 ${nsText(Math.min(latency.p99, latency.max))}`,
    ...(facts.recorder === undefined ? [] : [recorderText(facts.recorder)]),
    facts.transportReason === '' ? facts.transport : `${facts.transport} (${facts.transportReason})`,
  ];
  return parts.join(' | ');
}

function recorderText({ state, bytesWritten, framesLost, framesDiscarded }: RecorderFacts): string {
  const missing = framesLost + framesDiscarded;
  const word = state === 'recording' || state === 'closed' ? 'recorded' : `recorder ${state.toUpperCase()},`;
  return `${word} ${bytesText(bytesWritten)}${missing === 0 ? '' : `, ${countText(missing)} frames NOT recorded`}`;
}

/** Said once the file or discovery has asked for another table. */
function reloadParts(reloads: ReloadFacts | undefined): string[] {
  if (reloads === undefined || reloads.table + reloads.refused + reloads.needsRestart.length === 0) return [];
  const { table, refused, needsRestart } = reloads;
  const restart = needsRestart.length > 0 ? `, ${countText(needsRestart.length)} keys need a restart` : '';
  return [`reloads ${countText(table)}${refused > 0 ? `, ${countText(refused)} REFUSED` : ''}${restart}`];
}

/** Said when a stream does not serve: it matters more than most numbers. */
function feedParts(market: MarketFeedFacts | undefined): string[] {
  if (market === undefined || market.streaming === market.connections.length) return [];
  const { connections, streaming, polling, down } = market;
  return [`feed DEGRADED: of ${connections.length} connections ${streaming} stream, ${polling} poll, ${down} down`];
}

/** Always said where that feed is open: it is a venue of its own. */
function kalshiParts(kalshi: KalshiFeedFacts | undefined, gaps: number): string[] {
  if (kalshi === undefined) return [];
  const { connections, resyncs } = kalshi;
  const sids = connections.reduce((sum, { sids }) => sum + sids.length, 0);
  const rest = `${countText(sids)} sids, ${countText(gaps)} gaps, ${countText(resyncs)} resyncs`;
  return [`Kalshi ${kalshiModeText(kalshi)} on ${connections.length} connections, ${rest}`];
}

/** Writes status lines; on a terminal each replaces the one before. */
export class StatusLine {
  readonly #terminal: Terminal;
  #shown = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Shows `text` as the status now. */
  show(text: string): void {
    if (!this.#terminal.isTty) {
      this.#terminal.write(`${text}\n`);
      return;
    }
    this.#terminal.write(`\r\u001b[2K${cutTo(text, this.#terminal.columns)}`);
    this.#shown = true;
  }

  /** Writes a lasting line above the status. */
  line(text: string): void {
    this.clear();
    this.#terminal.write(`${text}\n`);
  }

  /** Removes the status from the terminal. */
  clear(): void {
    if (this.#shown) this.#terminal.write('\r\u001b[2K');
    this.#shown = false;
  }
}

/** Cuts `text` so that it never wraps: a wrapped line could not be rewritten. */
export function cutTo(text: string, columns: number): string {
  const characters = [...text];
  if (characters.length < columns) return text;
  return `${characters.slice(0, Math.max(1, columns - 2)).join('')}…`;
}

/** Turns growing totals into a rate per second. */
export class Rate {
  #total = 0;
  #atMs: number;

  constructor(nowMs: number) {
    this.#atMs = nowMs;
  }

  /** Rate since the call before. */
  next(total: number, nowMs: number): number {
    const elapsedMs = nowMs - this.#atMs;
    const perSecond = elapsedMs > 0 ? ((total - this.#total) * 1_000) / elapsedMs : 0;
    this.#total = total;
    this.#atMs = nowMs;
    return perSecond;
  }
}
