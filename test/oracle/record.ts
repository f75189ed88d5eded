// What decoders are compared by: one line of text per record, and the verdict on a frame. Shared by the oracles and the
// reader of real records; nothing else is.
import { Buffer } from 'node:buffer';
import type { Arena } from '../../engine/memory/arena.ts';
import * as L from '../../wasm/layout.ts';

/** What a decoder says of one frame. Lines are levelLine and endLine. */
export type Verdict =
  | { readonly kind: 'records'; readonly lines: readonly string[] }
  | { readonly kind: 'reject'; readonly cause: number }
  | { readonly kind: 'ignored' | 'unknown' | 'control' };

export interface LevelFields {
  readonly market: string;
  readonly kind: number;
  readonly side: number;
  readonly priceE4: number;
  readonly sizeMicros: bigint;
  readonly view: number;
  readonly flags: number;
}

export interface EndFields {
  readonly market: string;
  readonly flags: number;
  readonly levels: number;
  readonly venueMs: number;
  readonly bidE4: number;
  readonly askE4: number;
  /** 40 hex digits, or '' without one. */
  readonly hash: string;
  /** `sid/seq`, or '' without one. */
  readonly sequence: string;
}

export function levelLine(level: LevelFields): string {
  const { market, kind, side, priceE4, sizeMicros, view, flags } = level;
  return `level ${market} kind=${kind} side=${side} price=${priceE4} size=${sizeMicros} view=${view} flags=${flags}`;
}

export function endLine(end: EndFields): string {
  const top = `top=${end.bidE4}/${end.askE4}`;
  const tail = `hash=${end.hash} sequence=${end.sequence}`;
  return `end ${end.market} flags=${end.flags} levels=${end.levels} ms=${end.venueMs} ${top} ${tail}`;
}

/** Lines of the records of one frame that lie at `at` in the arena, and the frameSeq, epoch, recvNs they must carry. */
export function linesOfRecords(
  arena: Arena,
  at: number,
  slots: number,
  idOf: (market: number) => string,
  expected: { readonly frameSeq: number; readonly recvNs: number; readonly connection: number },
): string[] {
  const { view } = arena;
  const lines: string[] = [];
  for (let record = at; record < at + slots * L.RING_SLOT_BYTES; ) {
    const kind = view.getUint8(record + L.RECORD_KIND);
    const index = view.getUint32(record, true);
    const market = idOf(index);
    const epoch = view.getUint32(record + L.LEVEL_EPOCH, true);
    const want = view.getUint32(arena.at(L.REGION_MARKETS, index) + L.MARKET_EPOCH, true);
    if (epoch !== want) lines.push(`epoch ${epoch}, expected ${want}`);
    if (kind === L.KIND_FRAME_END) {
      lines.push(...endChecks(arena, record, expected), endLine(endOf(arena, record, market)));
      record += L.FRAME_END_BYTES;
    } else {
      if (view.getUint32(record + L.LEVEL_FRAME_SEQ, true) !== expected.frameSeq) lines.push('frameSeq differs');
      lines.push(levelLine(levelOf(arena, record, market)));
      record += L.LEVEL_BYTES;
    }
  }
  return lines;
}

function levelOf(arena: Arena, at: number, market: string): LevelFields {
  const { view } = arena;
  return {
    market,
    kind: view.getUint8(at + L.LEVEL_KIND),
    side: view.getUint8(at + L.LEVEL_SIDE),
    priceE4: view.getUint16(at + L.LEVEL_PRICE_E4, true),
    sizeMicros: view.getBigInt64(at + L.LEVEL_SIZE_MICROS, true),
    view: view.getUint16(at + L.LEVEL_VIEW, true),
    flags: view.getUint16(at + L.LEVEL_FLAGS, true),
  };
}

function endOf(arena: Arena, at: number, market: string): EndFields {
  const { view } = arena;
  const flags = view.getUint16(at + L.FRAME_END_FLAGS, true) & ~L.FRAME_FLAG_STAMPED;
  const hash = Buffer.from(arena.bytes.slice(at + L.FRAME_END_HASH, at + L.FRAME_END_HASH + 20)).toString('hex');
  const sid = view.getUint32(at + L.FRAME_END_SID, true);
  const seq = view.getUint32(at + L.FRAME_END_SEQ, true);
  return {
    market,
    flags,
    levels: view.getUint16(at + L.FRAME_END_LEVELS, true),
    venueMs: view.getFloat64(at + L.FRAME_END_VENUE_MS, true),
    bidE4: view.getUint16(at + L.FRAME_END_BEST_BID_E4, true),
    askE4: view.getUint16(at + L.FRAME_END_BEST_ASK_E4, true),
    hash: (flags & L.FRAME_FLAG_HAS_HASH) !== 0 ? hash : '',
    sequence: (flags & L.FRAME_FLAG_HAS_SEQ) !== 0 ? `${sid}/${seq}` : '',
  };
}

function endChecks(
  arena: Arena,
  at: number,
  expected: { readonly frameSeq: number; readonly recvNs: number; readonly connection: number },
): string[] {
  const faults: string[] = [];
  const { view } = arena;
  if (view.getUint32(at + L.FRAME_END_FRAME_SEQ, true) !== expected.frameSeq) faults.push('frameSeq differs');
  if (view.getFloat64(at + L.FRAME_END_RECV_NS, true) !== expected.recvNs) faults.push('recvNs differs');
  if (view.getUint16(at + L.FRAME_END_CONNECTION, true) !== expected.connection) faults.push('connection differs');
  const stamped = (view.getUint16(at + L.FRAME_END_FLAGS, true) & L.FRAME_FLAG_STAMPED) !== 0;
  if (stamped !== (expected.frameSeq % 64 === 0)) faults.push('STAMPED differs');
  return faults;
}

/** What differs between two verdicts in words, or undefined. Causes of refusal count only when `causes`. */
export function difference(a: Verdict, b: Verdict, causes: boolean): string | undefined {
  if (a.kind !== b.kind) return `${describe(a)} against ${describe(b)}`;
  if (a.kind === 'reject' && b.kind === 'reject') {
    return causes && a.cause !== b.cause ? `${describe(a)} against ${describe(b)}` : undefined;
  }
  if (a.kind !== 'records' || b.kind !== 'records') return undefined;
  const length = Math.max(a.lines.length, b.lines.length);
  for (let index = 0; index < length; index += 1) {
    if (a.lines[index] !== b.lines[index]) return `record ${index}: ${a.lines[index]} against ${b.lines[index]}`;
  }
  return undefined;
}

function describe(verdict: Verdict): string {
  if (verdict.kind === 'reject') return `reject ${verdict.cause}`;
  return verdict.kind === 'records' ? `${verdict.lines.length} records` : verdict.kind;
}
