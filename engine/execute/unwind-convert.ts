// Prices a conversion: k NO of one event become k - 1 dollars and a YES of each other outcome, which are sold. Pure.
import { PRICE_ONE_E4, proceedsMicrosRoundedDown } from '../core/units.ts';
import { bestSale, type Lot, reachesOf } from './sale.ts';
import { type Conversion, type Member, type Priced, restMicros, type SceneLeg } from './unwind-scene.ts';

/** A hundredth of a share: what comes of a conversion has whole steps to be sold in. */
const STEP_MICROS = 10_000;

/** As many loose NO: every choice of them is priced. Beyond it, those of most shares first. */
const CHOICES_OF = 5;

/** The best conversion of loose NO, as many of each that is chosen. */
export function priceConversion(legs: readonly SceneLeg[], { members, costMicros }: Conversion): Priced | undefined {
  const excessOf = ({ place }: Member): number => (place === undefined ? 0 : legs[place]!.excessMicros);
  let best: Priced | undefined;
  for (const converted of choicesOf(members.filter((member) => excessOf(member) > 0).sort(byExcess))) {
    const others = members.filter((other) => !converted.includes(other)).map(({ sale }) => sale);
    for (const sizeMicros of sizesOf(legs, converted, others, Math.min(...converted.map(excessOf)))) {
      const paid = proceedsMicrosRoundedDown((converted.length - 1) * PRICE_ONE_E4, sizeMicros);
      const sold = others.reduce((sum, lot) => sum + (lot === undefined ? 0 : bestSale(lot, sizeMicros).netMicros), 0);
      const handledMicros = legs.map((_, place) => (converted.some((one) => one.place === place) ? sizeMicros : 0));
      const netMicros = paid + sold - costMicros;
      const valueMicros = legs.reduce((sum, leg, place) => sum + restMicros(leg, handledMicros[place]!), netMicros);
      if (valueMicros <= (best?.valueMicros ?? Number.NEGATIVE_INFINITY)) continue;
      const orders = converted.map(({ place }) => ({ place: place!, sizeMicros, limitE4: 0 }));
      best = { kind: 'convert', valueMicros, netMicros, handledMicros, orders };
    }
  }
  return best;

  function byExcess(one: Member, other: Member): number {
    return excessOf(other) - excessOf(one);
  }
}

function choicesOf(loose: readonly Member[]): Member[][] {
  if (loose.length > CHOICES_OF) return loose.map((_, last) => loose.slice(0, last + 1));
  const masks = Array.from({ length: 2 ** loose.length - 1 }, (_, index) => index + 1);
  return masks.map((mask) => loose.filter((_, place) => ((mask >> place) & 1) === 1));
}

/** Between two of these sizes the same bids are met, of what is sold and of what is kept; nothing gains within. */
function sizesOf(
  legs: readonly SceneLeg[],
  converted: readonly Member[],
  others: readonly (Lot | undefined)[],
  sizeMicrosMax: number,
): number[] {
  const ends = others.flatMap((lot) => (lot === undefined ? [] : reachesOf(lot.bids)));
  const kept = converted.flatMap(({ place }) => {
    const { looseMicros, sale } = legs[place!]!;
    return sale === undefined ? [] : reachesOf(sale.bids).map((reach) => looseMicros - reach);
  });
  const steps = [0, sizeMicrosMax, ...ends, ...kept].flatMap((size) => {
    const below = size - (size % STEP_MICROS);
    return [below, below + STEP_MICROS];
  });
  return [...new Set([sizeMicrosMax, ...steps])].filter((size) => size > 0 && size <= sizeMicrosMax);
}
