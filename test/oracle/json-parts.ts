// Oracle 1, parts: what a frame is built up to while it is read, and its records as lines.
import type { TickRange } from '../../engine/venue/contract.ts';
import * as L from '../../wasm/layout.ts';
import { best, Fault, get, type JsonObject } from './json-text.ts';
import { endLine, type LevelFields, levelLine, type Verdict } from './record.ts';

export interface OracleLimits {
  readonly stagingSlots: number;
  readonly scanBytes: number;
  readonly registerUnknown: boolean;
}

export interface Market {
  readonly id: string;
  readonly tokens: string[];
  ranges: readonly TickRange[];
  assumed: boolean;
}

/** What must be supplied before the frame can be read. */
export type Need =
  | { readonly token: string; readonly condition: string }
  | { readonly market: Market; readonly tickE4: number };

export interface Part {
  readonly market: Market | undefined;
  readonly kind: string;
  levels: LevelFields[];
  flags: number;
  venueMs: number;
  top: [number, number];
  hash: string;
  sequence: string;
}

export interface Frame {
  readonly parts: Part[];
  readonly needs: Need[];
  readonly firstView: Map<Market, number>;
  readonly statedTick: Map<Market, number>;
  slots: number;
}

export function openPart(frame: Frame, market: Market | undefined, kind: string, flags: number, venueMs: number): Part {
  let part = frame.parts.at(-1);
  if (part === undefined || part.market !== market || part.kind !== kind) {
    part = { market, kind, levels: [], flags: 0, venueMs, top: [L.NO_TOP_E4, L.NO_TOP_E4], hash: '', sequence: '' };
    frame.parts.push(part);
    frame.slots += L.FRAME_END_SLOTS;
  }
  part.flags |= flags;
  part.venueMs = venueMs;
  return part;
}

export function setHash(part: Part, digest: string, view: number): void {
  part.hash = digest;
  part.flags = (part.flags & ~L.FRAME_FLAG_HASH_NO_VIEW) | L.FRAME_FLAG_HAS_HASH;
  if (view === L.VIEW_NO) part.flags |= L.FRAME_FLAG_HASH_NO_VIEW;
}

export function topOf(source: JsonObject, view: number): [number, number] {
  if (get(source, 'best_bid') === undefined || get(source, 'best_ask') === undefined) return [L.NO_TOP_E4, L.NO_TOP_E4];
  const bid = best(get(source, 'best_bid'), 0);
  const ask = best(get(source, 'best_ask'), 10_000);
  return view === L.VIEW_NO ? [10_000 - ask, 10_000 - bid] : [bid, ask];
}

export function snapshotStart(limits: OracleLimits, frame: Frame, part: Part, view: number): number {
  let flags = 0;
  if (part.market !== undefined) {
    const first = frame.firstView.get(part.market) ?? view;
    frame.firstView.set(part.market, first);
    if (first !== view) flags = L.LEVEL_FLAG_MIRROR;
  }
  const first = flags | L.LEVEL_FLAG_SNAPSHOT_FIRST;
  add(limits, frame, part, { kind: L.KIND_CLEAR, side: 0, priceE4: 0, sizeMicros: 0n, view, flags: first });
  return flags;
}

export function add(limits: OracleLimits, frame: Frame, part: Part, level: Omit<LevelFields, 'market'>): void {
  frame.slots += L.LEVEL_SLOTS;
  if (frame.slots > limits.stagingSlots) throw new Fault(L.REJECT_TOO_MANY_LEVELS);
  part.levels.push({ market: part.market?.id ?? '', ...level });
}

export function verdictOf(parts: readonly Part[]): Verdict {
  if (parts.length === 0) return { kind: 'ignored' };
  const lines: string[] = [];
  for (const [index, part] of parts.entries()) {
    const market = part.market?.id ?? '';
    for (const [at, level] of part.levels.entries()) {
      const last = at === part.levels.length - 1 ? L.LEVEL_FLAG_LAST : 0;
      lines.push(levelLine({ ...level, flags: level.flags | last }));
    }
    const [bidE4, askE4] = part.top;
    const flags = part.flags | (index === parts.length - 1 ? L.FRAME_FLAG_LAST : 0);
    const { venueMs, hash: digest, sequence } = part;
    lines.push(endLine({ market, flags, levels: part.levels.length, venueMs, bidE4, askE4, hash: digest, sequence }));
  }
  return { kind: 'records', lines };
}
