// Prices the ways out of an incomplete basket, each exactly as the books stand. Pure; executor's thread.
import type { RefusalCause } from '../breaker/refusals.ts';
import { costMicrosRoundedUp } from '../core/units.ts';
import type { SizeRule } from '../venue/contract.ts';
import { spendMicrosMax } from './batch.ts';
import type { Room } from './caps.ts';
import { bestSale, reachesOf, saleMicrosMost } from './sale.ts';
import { bestSize, type Rest, type SizeBounds, type SizedLeg, type SizeLeg } from './size.ts';
import { priceConversion } from './unwind-convert.ts';
import { type Buy, type Priced, type PricedOrder, restMicros, type Scene, type SceneLeg } from './unwind-scene.ts';

/** Every way that can be had, in the order in which equal ones are preferred. */
export function priceWays(scene: Scene): Priced[] {
  const ways = [
    priceSales(scene),
    priceCovers(scene, 'complement'),
    priceCovers(scene, 'hedge'),
    scene.conversion === undefined ? undefined : priceConversion(scene.legs, scene.conversion),
    scene.mayComplete ? priceCompletion(scene) : undefined,
  ];
  return ways.filter((way) => way !== undefined);
}

/** The way that brings most of those that `refusalOf` lets pass; none when all bring nothing. Earlier ones win ties. */
export function bestWay(
  ways: readonly Priced[],
  refusalOf: (way: Priced) => string | undefined,
): { readonly best: Priced | undefined; readonly refused: Partial<Record<Priced['kind'], string>> } {
  const refused: Partial<Record<Priced['kind'], string>> = {};
  let best: Priced | undefined;
  for (const way of ways) {
    if (way.valueMicros <= (best?.valueMicros ?? 0)) continue;
    const cause = refusalOf(way);
    if (cause === undefined) best = way;
    else refused[way.kind] = cause;
  }
  return { best, refused };
}

function priceSales({ legs }: Scene): Priced | undefined {
  const sales = legs.map(({ sale, excessMicros }) => (sale === undefined ? undefined : bestSale(sale, excessMicros)));
  const netMicros = sales.reduce((sum, sale) => sum + (sale?.netMicros ?? 0), 0);
  if (netMicros <= 0) return undefined;
  const orders = sales.flatMap((sale, place): PricedOrder[] => {
    if (sale === undefined || sale.sizeMicros === 0) return [];
    const { bids } = legs[place]!.sale!;
    const level = reachesOf(bids).findIndex((reach) => reach >= sale.sizeMicros);
    return [{ place, sizeMicros: sale.sizeMicros, limitE4: bids[level]![0] }];
  });
  const handledMicros = sales.map((sale) => sale?.sizeMicros ?? 0);
  return { kind: 'sellBack', valueMicros: netMicros, netMicros, handledMicros, orders };
}

/** Pairs that pay 1, for every leg where they bring more than its sale; where that is none, for every leg that can have them. */
function priceCovers(scene: Scene, kind: 'complement' | 'hedge'): Priced | undefined {
  const covers = scene.legs.map((leg) => {
    const buy = leg[kind];
    const sized = buy === undefined || leg.excessMicros === 0 ? undefined : coverOf(scene, leg, buy, kind === 'hedge');
    const pairsMicros = sized === undefined ? Number.NEGATIVE_INFINITY : sized.edgeMicros - scene.pairMicros;
    return { order: sized?.legs[0], pairsMicros, soldMicros: restMicros(leg, 0) };
  });
  const isAnyBetter = covers.some(({ pairsMicros, soldMicros }) => pairsMicros > soldMicros);
  const orders: PricedOrder[] = [];
  const handledMicros = scene.legs.map(() => 0);
  let [valueMicros, netMicros] = [0, 0];
  for (const [place, { order, pairsMicros, soldMicros }] of covers.entries()) {
    if (order === undefined || (isAnyBetter && pairsMicros <= soldMicros)) {
      valueMicros += soldMicros;
      continue;
    }
    const { sizeMicros, limitE4 } = order;
    orders.push({ place, sizeMicros, limitE4 });
    handledMicros[place] = sizeMicros;
    valueMicros += pairsMicros;
    netMicros += pairsMicros - (kind === 'hedge' ? restMicros(scene.legs[place]!, sizeMicros) : 0);
  }
  return orders.length === 0 ? undefined : { kind, valueMicros, netMicros, handledMicros, orders };
}

/** A complement takes the very bids that a sale of the rest would need: only a hedge leaves them. */
function coverOf({ room, pairE4 }: Scene, leg: SceneLeg, buy: Buy, leavesBids: boolean) {
  const sized = bestSize<RefusalCause>([buy], pairE4, {
    ...boundsOf([buy], [0], room),
    sizeMicrosMax: leg.excessMicros,
    rest: leavesBids ? restOf([leg]) : undefined,
  });
  return typeof sized === 'string' ? undefined : sized;
}

/**
 * The best number of sets to complete. A leg that has loose shares needs none bought until they are used up: legs are taken
 * in the order of what they have, and between two of them the same legs buy.
 */
function priceCompletion(scene: Scene): Priced | undefined {
  const { legs } = scene;
  const stages = [...new Set(legs.map(({ looseMicros }) => looseMicros))].sort((a, b) => a - b);
  let best: Priced | undefined;
  for (const [stage, haveMicros] of stages.slice(0, -1).entries()) {
    const buyers = legs.map(({ looseMicros }) => looseMicros <= haveMicros);
    if (legs.some(({ more }, place) => buyers[place] && more === undefined)) break;
    const way = completionOf(scene, buyers, stages[stage + 1]!);
    if (way !== undefined && way.valueMicros > (best?.valueMicros ?? Number.NEGATIVE_INFINITY)) best = way;
  }
  return best;
}

function completionOf(scene: Scene, buyers: readonly boolean[], setsMicrosMax: number): Priced | undefined {
  const { legs, payoutE4, exitMicros, room } = scene;
  const sizeLegs = legs.map((leg, place) => withHeld(leg, buyers[place] ? leg.more : undefined));
  const rest = restOf(legs);
  const sized = bestSize<RefusalCause>(sizeLegs, payoutE4, {
    ...boundsOf(
      legs.map(({ more }, place) => (buyers[place] ? more : undefined)),
      legs.map(({ looseMicros }) => looseMicros),
      room,
    ),
    ...{ sizeMicrosMax: setsMicrosMax, rest },
  });
  if (typeof sized === 'string') return undefined;
  const orders = sized.legs.flatMap(({ sizeMicros, limitE4 }, place): PricedOrder[] =>
    buyers[place] ? [{ place, sizeMicros: sizeMicros - legs[place]!.looseMicros, limitE4 }] : [],
  );
  const valueMicros = sized.edgeMicros - exitMicros;
  return {
    ...{ kind: 'complete', valueMicros, netMicros: valueMicros - rest.microsOf(sized.setsMicros), orders },
    handledMicros: legs.map(({ looseMicros }) => Math.min(looseMicros, sized.setsMicros)),
  };
}

/** Of shares that are held, sizes count that leave whole hundredths of a share to be sold. */
const LEFT_STEP_MICROS = 10_000;

/** A leg whose first shares are held already and cost nothing. */
function withHeld({ looseMicros: held }: SceneLeg, buy: Buy | undefined): SizeLeg {
  const left = (steps: number): number => Math.max(0, held - steps * LEFT_STEP_MICROS);
  const rule: SizeRule = {
    worthMicrosMin: 0,
    atLeast: (limitE4, sizeMicros) =>
      sizeMicros <= held
        ? left(Math.floor((held - sizeMicros) / LEFT_STEP_MICROS))
        : held + (buy?.rule.atLeast(limitE4, sizeMicros - held) ?? 0),
    atMost: (limitE4, sizeMicros) =>
      sizeMicros < held
        ? left(Math.ceil((held - sizeMicros) / LEFT_STEP_MICROS))
        : held + (buy?.rule.atMost(limitE4, sizeMicros - held) ?? 0),
  };
  const fee = buy?.fee ?? { rateE6: 0, exponent: 1, roundMicros: 1 };
  return {
    offers: [...(held > 0 ? [[0, held] as const] : []), ...(buy?.offers ?? [])],
    ...{ rule, fee, isFeePerOrder: buy?.isFeePerOrder ?? false },
  };
}

type Bounds = Pick<SizeBounds<RefusalCause>, 'notStatable' | 'tooSmall' | 'tooLarge'>;

/** What each leg that buys must be worth, and what all may spend. */
function boundsOf(buys: readonly (Buy | undefined)[], heldMicros: readonly number[], room: Room): Bounds {
  const bought = (sized: readonly SizedLeg[]): [Buy, SizedLeg][] =>
    sized.flatMap((leg, place): [Buy, SizedLeg][] => {
      const buy = buys[place];
      return buy === undefined ? [] : [[buy, { ...leg, sizeMicros: leg.sizeMicros - heldMicros[place]! }]];
    });
  return {
    notStatable: 'SIZE_BELOW_STEP',
    tooSmall: (sized) => {
      const isSmall = ([{ rule }, { sizeMicros, limitE4 }]: [Buy, SizedLeg]): boolean =>
        sizeMicros <= 0 || costMicrosRoundedUp(limitE4, sizeMicros) < rule.worthMicrosMin;
      return bought(sized).some(isSmall) ? 'ORDER_RULES' : undefined;
    },
    tooLarge: (sized) =>
      room(
        bought(sized).map(([buy, { limitE4, sizeMicros }]) => ({
          ...{ marketIndex: buy.marketIndex, spendMicros: spendMicrosMax(buy, limitE4, sizeMicros) },
        })),
      ),
  };
}

/** What is left of loose shares when so many are used. */
function restOf(legs: readonly SceneLeg[]): Rest {
  const sold = legs.filter(({ sale, excessMicros }) => sale !== undefined && excessMicros > 0);
  return {
    microsOf: (sets) => sold.reduce((sum, leg) => sum + restMicros(leg, sets), 0),
    mostOf: (sets) =>
      sold.reduce((sum, { sale, looseMicros }) => sum + saleMicrosMost(sale!, Math.max(0, looseMicros - sets)), 0),
    kinks: sold.flatMap(({ sale, looseMicros }) => reachesOf(sale!.bids).map((reach) => looseMicros - reach)),
  };
}
