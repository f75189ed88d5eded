// A life of an opportunity as reports list it, from what its journal record says. Pure.
import type { LifeRecord } from '../ledger/records.ts';
import type { LifeReport } from './report-schema-scan.ts';

/** `baskets`: all, by index. */
export function lifeReport(
  life: Omit<LifeRecord, 'type' | 'atNs' | 'marketIds'>,
  baskets: readonly { readonly id: string }[],
): LifeReport {
  const { basketIndex, edgeAfterMicros, ...same } = life;
  const { id } = baskets[basketIndex]!;
  const [after5, after25, after100, after350] = edgeAfterMicros;
  return {
    ...{ basketId: id, form: formOf(id) },
    ...{ openNs: same.openNs, endNs: same.endNs, open: same.open, changes: same.changes, flickers: same.flickers },
    ...{ goneNs: same.goneNs, sizeMicros: same.sizeMicros, costMicros: same.costMicros, feeMicros: same.feeMicros },
    ...{ edgeMicros: same.edgeMicros, edgeMicrosMax: same.edgeMicrosMax },
    ...{ edgeAfter5MsMicros: after5 ?? null, edgeAfter25MsMicros: after25 ?? null },
    ...{ edgeAfter100MsMicros: after100 ?? null, edgeAfter350MsMicros: after350 ?? null },
    ...{ lockMs: same.lockMs, annualBps: same.annualBps },
  };
}

/** Form of a basket: what its id begins with. */
export function formOf(basketId: string): string {
  return basketId.slice(0, Math.max(0, basketId.indexOf(':')));
}
