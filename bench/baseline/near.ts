// The exact best size around the peak of a walk in plain TypeScript, as the careful detector finds it: hundredths of a share
// on both sides, each told from the one before by one addition per leg, until the profit without any rounding falls below
// the best. Sums are exact in doubles: sizes of the workloads are far below 10^8 shares a leg.
import * as L from '../../wasm/layout.ts';

/** Levels a leg can buy, best first, and what a share of each costs in fees. */
export interface Ladder {
  readonly prices: readonly number[];
  readonly sizes: readonly number[];
  /** By priceE4, nano-dollars per share. */
  readonly feeNanos: Float64Array;
  readonly feeStepMicros: number;
}

export interface Size {
  readonly sizeMicros: number;
  readonly edgeMicros: number;
}

const MICROS = 1_000_000;
const FEMTO_PER_MICRO = 1_000_000_000;
const FEMTO_PER_COST = 100_000;

/** Rounding of every leg's fee at one size, femto-dollars: how far below its sum, the step, and a lot less whole steps. */
const rooms = new Float64Array(L.LEGS_MAX);
const steps = new Float64Array(L.LEGS_MAX);
const turns = new Float64Array(L.LEGS_MAX);

/** What a size gains and within which sizes it was found. */
interface Measured {
  readonly edgeMicros: number;
  readonly costsFemto: number;
  readonly roundedFemto: number;
  /** Net of a lot at these levels, femto-dollars. */
  readonly gainFemto: number;
  /** Payout less prices of a lot. */
  readonly marginMicros: number;
  readonly firstMicros: number;
  readonly lastMicros: number;
}

/** The best of the sizes around `peakMicros`, none below `leastMicros`; of size 0 when none gains. */
export function bestNear(ladders: readonly Ladder[], payoutE4: number, peakMicros: number, leastMicros: number): Size {
  const start = Math.max(peakMicros - (peakMicros % L.LOT_MICROS), leastMicros);
  const at = measure(ladders, payoutE4, start);
  let best: Size = { sizeMicros: 0, edgeMicros: 0 };
  if (at === undefined) return best;
  /** Answers false when the profit without rounding, which has fallen so far, is below the best. */
  const consider = (sizeMicros: number, fellFemto: number, roundedFemto: number): boolean => {
    const edge = at.edgeMicros + (at.roundedFemto - roundedFemto - fellFemto) / FEMTO_PER_MICRO;
    if (edge > best.edgeMicros || (edge === best.edgeMicros && sizeMicros < best.sizeMicros && edge > 0)) {
      best = { sizeMicros, edgeMicros: edge };
    }
    return at.edgeMicros + (at.roundedFemto - fellFemto) / FEMTO_PER_MICRO >= best.edgeMicros;
  };
  for (const lot of [-L.LOT_MICROS, L.LOT_MICROS]) {
    // The first size beyond the peak lies behind a level end: it is measured anew.
    let here = lot < 0 ? at : { ...at, lastMicros: start };
    let fell = 0;
    let goes = consider(start, 0, at.roundedFemto);
    let size = start + lot;
    for (let looks = 0; goes && size >= leastMicros && looks < L.WALK_NEAR_MAX; looks += 1) {
      if (size > here.firstMicros && size <= here.lastMicros) {
        fell -= here.gainFemto * Math.sign(lot);
        goes = consider(size, fell, here.costsFemto + turn(ladders.length, lot));
      } else {
        const next = measure(ladders, payoutE4, size);
        if (next === undefined) break;
        here = next;
        fell = (at.edgeMicros - here.edgeMicros) * FEMTO_PER_MICRO + at.roundedFemto - here.roundedFemto;
        goes = consider(size, fell, here.roundedFemto);
      }
      if (lot > 0 && here.marginMicros <= 0) break;
      size += lot;
    }
  }
  return best;
}

/** Measures a size from the ladders; undefined when they do not reach as far. */
function measure(ladders: readonly Ladder[], payoutE4: number, sizeMicros: number): Measured | undefined {
  let [spent, costsFemto, roomsFemto] = [0, 0, 0];
  let [margin, gainNanos] = [payoutE4, payoutE4 * 100_000];
  let [firstMicros, lastMicros] = [0, Number.POSITIVE_INFINITY];
  for (const [leg, { prices, sizes, feeNanos, feeStepMicros }] of ladders.entries()) {
    let [base, level, cost, whole, part] = [0, 0, 0, 0, 0];
    for (; level < sizes.length; level += 1) {
      const here = Math.min(sizeMicros - base, sizes[level]!);
      const nanos = feeNanos[prices[level]!]!;
      cost += here * prices[level]!;
      whole += nanos * Math.floor(here / MICROS);
      part += nanos * (here % MICROS);
      if (base + sizes[level]! >= sizeMicros) break;
      base += sizes[level]!;
    }
    if (level === sizes.length) return undefined;
    const nanos = feeNanos[prices[level]!]!;
    const step = feeStepMicros * 1_000;
    const feeNanosDown = whole + Math.floor(part / MICROS);
    const feeSteps = Math.ceil((whole + Math.ceil(part / MICROS)) / step);
    const costMicros = Math.ceil(cost / 10_000);
    rooms[leg] = (feeSteps * step - feeNanosDown) * MICROS - (part % MICROS);
    steps[leg] = step * MICROS;
    turns[leg] = (nanos * L.LOT_MICROS) % (step * MICROS);
    roomsFemto += rooms[leg]!;
    costsFemto += (costMicros * 10_000 - cost) * FEMTO_PER_COST;
    spent += costMicros + feeSteps * feeStepMicros;
    margin -= prices[level]!;
    gainNanos -= prices[level]! * 100_000 + nanos;
    firstMicros = Math.max(firstMicros, base);
    lastMicros = Math.min(lastMicros, base + sizes[level]!);
  }
  return {
    edgeMicros: (sizeMicros / 10_000) * payoutE4 - spent,
    costsFemto,
    roundedFemto: costsFemto + roomsFemto,
    gainFemto: gainNanos * L.LOT_MICROS,
    marginMicros: margin,
    firstMicros,
    lastMicros,
  };
}

/** One lot on, up or down, within the same levels: what the fees' roundings take now. */
function turn(legs: number, lot: number): number {
  let sum = 0;
  for (let leg = 0; leg < legs; leg += 1) {
    let room = lot < 0 ? rooms[leg]! + turns[leg]! : rooms[leg]! - turns[leg]!;
    if (room >= steps[leg]!) room -= steps[leg]!;
    else if (room < 0) room += steps[leg]!;
    rooms[leg] = room;
    sum += room;
  }
  return sum;
}
