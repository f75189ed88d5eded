// Oracle 2, rows: the flat table a frame is turned into, and its cutting into parts, mirrors marked.
import * as L from '../../wasm/layout.ts';
import { endLine, levelLine, type Verdict } from './record.ts';

/** One record, or with kind FRAME_END what an event says of its part without a record. */
export interface Row {
  readonly part: string; // event type: rows of one market and type that follow each other are one part
  readonly market: number;
  readonly kind: number;
  readonly side: number;
  readonly priceE4: number;
  readonly sizeMicros: bigint;
  readonly view: number;
  readonly partFlags: number;
  readonly venueMs: number;
  readonly hash?: string | undefined;
  readonly top?: readonly [number, number] | undefined;
  readonly sequence?: string | undefined;
}

/** Runs of rows of one market and event type. */
function partsOf(rows: readonly Row[]): Row[][] {
  const parts: Row[][] = [];
  for (const row of rows) {
    const last = parts.at(-1)?.[0];
    if (last !== undefined && last.market === row.market && last.part === row.part) parts.at(-1)!.push(row);
    else parts.push([row]);
  }
  return parts;
}

/** True when the rows need more slots than the staging area has, or one part has more records than it can count. */
export function tooManyRows(rows: readonly Row[], stagingSlots: number): boolean {
  const counts = partsOf(rows).map((part) => part.filter((row) => row.kind !== L.KIND_FRAME_END).length);
  const slots = counts.reduce((sum, count) => sum + count + L.FRAME_END_SLOTS, 0);
  return slots > stagingSlots || counts.some((count) => count > 65_535);
}

/** The records of the rows. */
export function cutRows(rows: readonly Row[], idOf: (market: number) => string): Verdict {
  const parts = partsOf(rows);
  const snapshots = new Map<number, number>();
  const lines: string[] = [];
  for (const [index, part] of parts.entries()) {
    const records = part.filter((row) => row.kind !== L.KIND_FRAME_END);
    const mirrors = mirrorsOf(records, snapshots);
    for (const [at, row] of records.entries()) {
      let flags = mirrors[at] ? L.LEVEL_FLAG_MIRROR : 0;
      if (row.kind === L.KIND_CLEAR) flags |= L.LEVEL_FLAG_SNAPSHOT_FIRST;
      if (at === records.length - 1) flags |= L.LEVEL_FLAG_LAST;
      lines.push(levelLine({ ...row, market: idOf(row.market), flags }));
    }
    lines.push(endOf(idOf, part, records.length, index === parts.length - 1));
  }
  return { kind: 'records', lines };
}

function mirrorsOf(records: readonly Row[], snapshots: Map<number, number>): boolean[] {
  const mirrors: boolean[] = [];
  for (const [at, row] of records.entries()) {
    if (row.part === 'book') {
      if (row.kind === L.KIND_CLEAR && !snapshots.has(row.market)) snapshots.set(row.market, row.view);
      mirrors.push(snapshots.get(row.market) !== row.view);
    } else if (row.part === 'price_change') {
      let found = false;
      for (let back = Math.max(0, at - L.MIRROR_WINDOW); back < at; back += 1) {
        const earlier = records[back]!;
        const same = earlier.side === row.side && earlier.priceE4 === row.priceE4 && earlier.view !== row.view;
        if (same && !mirrors[back]) found = true;
      }
      mirrors.push(found);
    } else {
      mirrors.push(false);
    }
  }
  return mirrors;
}

function endOf(idOf: (market: number) => string, part: readonly Row[], levels: number, last: boolean): string {
  const tail = part.at(-1)!;
  const hashed = part.findLast((row) => row.hash !== undefined);
  let flags = tail.partFlags | (last ? L.FRAME_FLAG_LAST : 0);
  if (hashed !== undefined) flags |= L.FRAME_FLAG_HAS_HASH;
  if (hashed?.view === L.VIEW_NO) flags |= L.FRAME_FLAG_HASH_NO_VIEW;
  const [bidE4, askE4] = tail.top ?? [L.NO_TOP_E4, L.NO_TOP_E4];
  const market = idOf(tail.market);
  const { venueMs, sequence = '' } = tail;
  return endLine({ market, flags, levels, venueMs, bidE4, askE4, hash: hashed?.hash ?? '', sequence });
}
